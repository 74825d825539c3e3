import { NIL_UUID, sameUuid, type Uuid } from '../../../bytes/uuid.ts';
import {
  CONV,
  decodeConvCaller,
  decodeConvWhoAreYouAuthMoreRequest,
  decodeConvWhoAreYouAuthRequest,
  encodeConvAreYouThereResponse,
  encodeConvWhoAreYou2Response,
  encodeConvWhoAreYouAuthMoreResponse,
  encodeConvWhoAreYouAuthResponse,
  encodeConvWhoAreYouResponse,
} from '../../../interface/conv/index.ts';
import {
  type ClPdu,
  FLAGS1,
  isLittleEndian,
  type Nocall,
  type Ping,
  type Reject,
  type Request,
  type Response,
} from '../../../pdu/cl/index.ts';
import { dceCode } from '../../../status/dce.ts';
import { RemoteProtocolError } from '../../../status/errors.ts';
import { type NcaSymbol, ncaCode } from '../../../status/nca.ts';
import { fragmentBody, INITIAL_PDU } from '../message/fragment-size.ts';
import { replyHeader, SINGLE_RESPONSE } from '../message/reply-header.ts';
import type { Activity, Call } from './state.ts';

/*
 * The server that every datagram client is: before a server executes the first at-most-once call of an activity it calls
 * back and asks whose call that is (C706 10.2.7, [MS-RPCE] 3.2.2.5.1). Every operation is idempotent:
 * the same question gets the same answer, and no stranger learns the address space.
 */

export type Callback = Request | Ping;

const NOTHING = new Uint8Array(0);
const OK = 0;
const NO_AUTH = dceCode('rpc_s_binding_has_no_auth');
const REFUSED = dceCode('rpc_s_who_are_you_failed');
const PARTIAL = dceCode('rpc_s_partial_credentials');
/** What one PDU of the smallest size holds beside the 44 bytes around it. */
const LARGEST_PIECE = fragmentBody(INITIAL_PDU, 0) - 48;
const BAD_ACTID = ncaCode('nca_s_bad_actid');
const YOU_CRASHED = ncaCode('nca_s_you_crashed');

export function isCallback(pdu: ClPdu): pdu is Callback {
  return (pdu.type === 'request' || pdu.type === 'ping') && sameUuid(pdu.header.interfaceId, CONV.uuid);
}

/**
 * The answer to a callback, null where silence is the rule: authenticated or fragmented requests ([MS-RPCE] 3.2.2.5.1).
 * A ping means that the answer was lost: nocall makes the server ask again.
 */
export function answerCallback(
  pdu: Callback,
  addressSpace: Uuid,
  find: (activity: Uuid) => Call | null,
): Response | Reject | Nocall | null {
  const { header } = pdu;
  if (header.authProtocol !== 0 || (header.flags1 & FLAGS1.frag) !== 0) return null;
  if (pdu.type === 'ping') return { type: 'nocall', header: replyHeader(header), body: null };
  if (header.interfaceMajor !== CONV.version.major) return refuse(pdu, 'nca_s_unk_if');
  try {
    const stub = answer(pdu, addressSpace, find);
    if (stub === null) return refuse(pdu, 'nca_s_op_rng_error');
    return { type: 'response', header: replyHeader(header, { flags1: SINGLE_RESPONSE }), stub, trailer: NOTHING };
  } catch (error) {
    if (error instanceof RemoteProtocolError) return refuse(pdu, 'nca_s_proto_error');
    throw error;
  }
}

function answer(pdu: Request, addressSpace: Uuid, find: (activity: Uuid) => Call | null): Uint8Array | null {
  const { opnum } = pdu.header;
  const littleEndian = isLittleEndian(pdu.header);
  const { activity, bootTime } = decodeConvCaller(pdu.stub, littleEndian);
  const call = find(activity);
  const sequence = call?.sequence ?? 0;
  const status = call === null ? BAD_ACTID : learnBoot(call, bootTime);
  const casUuid = call === null ? NIL_UUID : addressSpace;
  switch (opnum) {
    case CONV.operations.conv_who_are_you:
      return encodeConvWhoAreYouResponse({ sequence, status });
    case CONV.operations.conv_who_are_you2:
      return encodeConvWhoAreYou2Response({ sequence, casUuid, status });
    case CONV.operations.conv_are_you_there:
      return encodeConvAreYouThereResponse({ status });
    case CONV.operations.conv_who_are_you_auth: {
      const { inData, outMaxLength } = decodeConvWhoAreYouAuthRequest(pdu.stub, littleEndian);
      const credentials =
        call === null || status !== OK ? refused(status, outMaxLength) : meet(call.activity, inData, outMaxLength);
      return encodeConvWhoAreYouAuthResponse({ sequence, casUuid, ...credentials });
    }
    case CONV.operations.conv_who_are_you_auth_more: {
      const { index, outMaxLength } = decodeConvWhoAreYouAuthMoreRequest(pdu.stub, littleEndian);
      const credentials =
        call === null || status !== OK
          ? refused(status, outMaxLength)
          : piece(call.activity.credentials?.token ?? NOTHING, index, outMaxLength);
      return encodeConvWhoAreYouAuthMoreResponse(credentials);
    }
    default:
      return null;
  }
}

/** The beginning of the token for a challenge; the same challenge, repeated, gets the same token. */
function meet(activity: Activity, challenge: Uint8Array, room: number) {
  const { security } = activity;
  if (security === null) return refused(NO_AUTH, room);
  if (activity.credentials === null || !sameBytes(activity.credentials.challenge, challenge)) {
    const copy = challenge.slice();
    activity.credentials = { challenge: copy, token: security.answer(copy) };
  }
  const { token } = activity.credentials;
  return token === null ? refused(REFUSED, room) : piece(token, 0, room);
}

/** As much of the token as the server takes and one PDU holds: NT 4.0 takes no fragments ([MS-RPCE] note 74). */
function piece(token: Uint8Array, index: number, room: number) {
  const data = token.subarray(index, index + Math.min(room, LARGEST_PIECE));
  return { maxLength: room, data, status: index + data.length < token.length ? PARTIAL : OK };
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((octet, i) => octet === b[i]);
}

function refused(status: number, room: number) {
  return { maxLength: room, data: NOTHING, status };
}

/** Another boot time than before: the server has forgotten what it executed, so the call must not go on (C706 10.2.7). */
function learnBoot({ activity: { binding } }: Call, bootTime: number): number {
  if (binding.serverBoot === 0) binding.serverBoot = bootTime;
  return binding.serverBoot === bootTime ? OK : YOU_CRASHED;
}

function refuse({ header }: Request, symbol: NcaSymbol): Reject {
  return { type: 'reject', header: replyHeader(header), status: ncaCode(symbol) };
}
