import { sameUuid, type Uuid } from '../../../bytes/uuid.ts';
import {
  CONV,
  decodeConvCaller,
  decodeConvWhoAreYouAuthRequest,
  encodeConvAreYouThereResponse,
  encodeConvWhoAreYou2Response,
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
import { replyHeader, SINGLE_RESPONSE } from '../message/reply.ts';

/*
 * The server that every datagram client is: before a server executes the first at-most-once call of an activity it calls
 * back and asks whose call that is (C706 10.2.7, [MS-RPCE] 3.2.2.5.1). Every operation is idempotent, so no state is kept:
 * the same question gets the same answer.
 */

export type Callback = Request | Ping;

/** What the manager needs to know about a call in progress; a server boot time of 0 is still to be learnt. */
export interface AskedCall {
  readonly sequence: number;
  readonly binding: { serverBoot: number };
}

const NOTHING = new Uint8Array(0);
const OK = 0;
const NO_AUTH = dceCode('rpc_s_binding_has_no_auth');
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
  find: (activity: Uuid) => AskedCall | null,
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

function answer(pdu: Request, addressSpace: Uuid, find: (activity: Uuid) => AskedCall | null): Uint8Array | null {
  const { opnum } = pdu.header;
  const { activity, bootTime } = decodeConvCaller(pdu.stub, isLittleEndian(pdu.header));
  const call = find(activity);
  const sequence = call?.sequence ?? 0;
  const status = call === null ? BAD_ACTID : learnBoot(call, bootTime);
  switch (opnum) {
    case CONV.operations.conv_who_are_you:
      return encodeConvWhoAreYouResponse({ sequence, status });
    case CONV.operations.conv_who_are_you2:
      return encodeConvWhoAreYou2Response({ sequence, casUuid: addressSpace, status });
    case CONV.operations.conv_are_you_there:
      return encodeConvAreYouThereResponse({ status });
    case CONV.operations.conv_who_are_you_auth: {
      const { outMaxLength } = decodeConvWhoAreYouAuthRequest(pdu.stub, isLittleEndian(pdu.header));
      const refusal = status === OK ? NO_AUTH : status;
      return encodeConvWhoAreYouAuthResponse({
        sequence,
        casUuid: addressSpace,
        maxLength: outMaxLength,
        data: NOTHING,
        status: refusal,
      });
    }
    default:
      return null;
  }
}

/** Another boot time than before: the server has forgotten what it executed, so the call must not go on (C706 10.2.7). */
function learnBoot({ binding }: AskedCall, bootTime: number): number {
  if (binding.serverBoot === 0) binding.serverBoot = bootTime;
  return binding.serverBoot === bootTime ? OK : YOU_CRASHED;
}

function refuse({ header }: Request, symbol: NcaSymbol): Reject {
  return { type: 'reject', header: replyHeader(header), status: ncaCode(symbol) };
}
