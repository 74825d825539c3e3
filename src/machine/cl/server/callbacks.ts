import type { Uuid } from '../../../bytes/uuid.ts';
import {
  CONV,
  decodeConvWhoAreYou2Response,
  decodeConvWhoAreYouResponse,
  encodeConvWhoAreYouRequest,
} from '../../../interface/conv/index.ts';
import { DREP_BIG_ENDIAN, FLAGS2 } from '../../../pdu/cl/index.ts';
import { RemoteProtocolError } from '../../../status/errors.ts';
import type { Address } from '../../contract.ts';
import { ClClient } from '../client/client.ts';
import type { ClientEvent } from '../client/types.ts';
import type { ServerSettings } from '../dialects.ts';

export interface CallbackAnswer {
  readonly id: number;
  /** Null: no usable answer came. A status other than 0 is the client's refusal. */
  readonly answer: { readonly sequence: number; readonly status: number; readonly addressSpace: Uuid | null } | null;
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

  ask(id: number, activity: Uuid, to: Address, now: number): void {
    const stub = encodeConvWhoAreYouRequest({ activity, bootTime: this.#bootTime }, this.#littleEndian);
    this.client.handle({ kind: 'bind', binding: id, to }, now);
    this.client.handle(
      { kind: 'call', call: id, binding: id, interfaceId: CONV, opnum: this.#opnum, stub, semantics: 'idempotent' },
      now,
    );
  }

  /** Nobody needs the answer any more. */
  forget(id: number, now: number): void {
    this.client.handle({ kind: 'unbind', binding: id }, now);
  }

  /** Null for an event that answers nothing. */
  read(event: ClientEvent, now: number): CallbackAnswer | null {
    if (event.kind === 'sent' || event.kind === 'repointed' || event.kind === 'abandoned') return null;
    this.forget(event.call, now);
    return { id: event.call, answer: event.kind === 'response' ? this.#decode(event.stub, event.littleEndian) : null };
  }

  #decode(stub: Uint8Array, littleEndian: boolean): CallbackAnswer['answer'] {
    try {
      if (this.#opnum === CONV.operations.conv_who_are_you) {
        return { ...decodeConvWhoAreYouResponse(stub, littleEndian), addressSpace: null };
      }
      const { sequence, status, casUuid } = decodeConvWhoAreYou2Response(stub, littleEndian);
      return { sequence, status, addressSpace: casUuid.slice() };
    } catch (error) {
      if (error instanceof RemoteProtocolError) return null;
      throw error;
    }
  }
}
