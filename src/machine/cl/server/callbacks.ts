import type { Uuid } from '../../../bytes/uuid.ts';
import {
  CONV,
  decodeConvWhoAreYou2Response,
  decodeConvWhoAreYouAuthMoreResponse,
  decodeConvWhoAreYouAuthResponse,
  decodeConvWhoAreYouResponse,
  encodeConvCaller,
  encodeConvWhoAreYouAuthMoreRequest,
  encodeConvWhoAreYouAuthRequest,
} from '../../../interface/conv/index.ts';
import { DREP_BIG_ENDIAN, FLAGS2 } from '../../../pdu/cl/index.ts';
import { dceCode } from '../../../status/dce.ts';
import { RemoteProtocolError } from '../../../status/errors.ts';
import type { Address } from '../../contract.ts';
import { ClClient } from '../client/client.ts';
import type { ClientEvent } from '../client/types.ts';
import type { ServerSettings } from '../dialects.ts';

const NOTHING = new Uint8Array(0);
const PARTIAL = dceCode('rpc_s_partial_credentials');
/** Bytes of a token that are asked for at a time, and the longest that is taken. */
const PIECE = 0x1000;
const MAX_TOKEN = 0x10000;

export interface CallbackAnswer {
  readonly id: number;
  /** Null: no usable answer came. A status other than 0 is the client's refusal. */
  readonly answer: {
    readonly sequence: number;
    readonly status: number;
    readonly addressSpace: Uuid | null;
    /** The answer to the challenge, where there was one. */
    readonly token: Uint8Array;
  } | null;
}

/** What the client is asked for, and how much of its token is here. */
interface Question {
  readonly activity: Uuid;
  readonly challenge: Uint8Array | null;
  /** The answer so far: the client has more of the token. */
  partial: NonNullable<CallbackAnswer['answer']> | null;
}

export interface ClientCallbacksOptions {
  readonly bootTime: number;
  readonly newUuid: () => Uuid;
  readonly settings: ServerSettings;
  readonly drep: number;
}

/**
 * The client inside the server: asks a caller who it is, over the server's own socket, each time on an activity of its
 * own ([MS-RPCE] 3.2.3.4.3). Bindings and calls have the number of the held call.
 */
export class ClientCallbacks {
  readonly client: ClClient;
  readonly #bootTime: number;
  readonly #littleEndian: boolean;
  readonly #opnum: number;
  readonly #questions = new Map<number, Question>();

  constructor({ bootTime, newUuid, settings, drep }: ClientCallbacksOptions) {
    this.#bootTime = bootTime;
    this.#littleEndian = drep !== DREP_BIG_ENDIAN;
    this.#opnum =
      settings.callback === 'who-are-you' ? CONV.operations.conv_who_are_you : CONV.operations.conv_who_are_you2;
    this.client = new ClClient({
      addressSpace: newUuid(),
      newUuid,
      drep,
      requestFlags2: settings.offersOverlap ? FLAGS2.unrelated : 0,
      settings: { giveUpAfter: settings.callbackGiveUpAfter },
    });
  }

  /** `challenge`: what the client has to answer with its part of a security context. */
  ask(
    id: number,
    { activity, to, challenge }: { activity: Uuid; to: Address; challenge: Uint8Array | null },
    now: number,
  ): void {
    this.#questions.set(id, { activity, challenge, partial: null });
    this.client.handle({ kind: 'bind', binding: id, to }, now);
    if (challenge === null) {
      const stub = encodeConvCaller({ activity, bootTime: this.#bootTime }, this.#littleEndian);
      return this.#call(id, this.#opnum, stub, now);
    }
    const stub = encodeConvWhoAreYouAuthRequest(
      { activity, bootTime: this.#bootTime, inData: challenge, outMaxLength: PIECE },
      this.#littleEndian,
    );
    this.#call(id, CONV.operations.conv_who_are_you_auth, stub, now);
  }

  /** Nobody needs the answer any more. */
  forget(id: number, now: number): void {
    if (this.#questions.delete(id)) this.client.handle({ kind: 'unbind', binding: id }, now);
  }

  /** Null for an event that answers nothing, or not all. */
  read(event: ClientEvent, now: number): CallbackAnswer | null {
    if (event.kind === 'sent' || event.kind === 'repointed' || event.kind === 'abandoned') return null;
    const { call: id } = event;
    const question = this.#questions.get(id);
    if (question === undefined) return null;
    const answer = event.kind === 'response' ? this.#decode(question, event.stub, event.littleEndian) : null;
    if (answer !== null && answer.status === PARTIAL && answer.token.length < MAX_TOKEN) {
      const grown = answer.token.length > (question.partial?.token.length ?? 0);
      question.partial = answer;
      if (grown) {
        this.#askMore(id, question.activity, answer.token.length, now);
        return null;
      }
    }
    this.forget(id, now);
    return { id, answer };
  }

  #askMore(id: number, activity: Uuid, index: number, now: number): void {
    const stub = encodeConvWhoAreYouAuthMoreRequest(
      { activity, bootTime: this.#bootTime, index, outMaxLength: PIECE },
      this.#littleEndian,
    );
    this.#call(id, CONV.operations.conv_who_are_you_auth_more, stub, now);
  }

  #call(id: number, opnum: number, stub: Uint8Array, now: number): void {
    const names = { call: id, binding: id, interfaceId: CONV, opnum, semantics: 'idempotent' } as const;
    this.client.handle({ kind: 'call', stub, ...names }, now);
  }

  #decode({ challenge, partial }: Question, stub: Uint8Array, littleEndian: boolean): CallbackAnswer['answer'] {
    try {
      if (partial !== null) {
        const { data, status } = decodeConvWhoAreYouAuthMoreResponse(stub, littleEndian);
        return { ...partial, status, token: joined(partial.token, data) };
      }
      if (challenge !== null) {
        const { sequence, status, casUuid, data } = decodeConvWhoAreYouAuthResponse(stub, littleEndian);
        return { sequence, status, addressSpace: casUuid.slice(), token: data };
      }
      if (this.#opnum === CONV.operations.conv_who_are_you) {
        return { ...decodeConvWhoAreYouResponse(stub, littleEndian), addressSpace: null, token: NOTHING };
      }
      const { sequence, status, casUuid } = decodeConvWhoAreYou2Response(stub, littleEndian);
      return { sequence, status, addressSpace: casUuid.slice(), token: NOTHING };
    } catch (error) {
      if (error instanceof RemoteProtocolError) return null;
      throw error;
    }
  }
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array {
  const both = new Uint8Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}
