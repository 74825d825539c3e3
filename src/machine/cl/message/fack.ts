import type { Fack, FackBody } from '../../../pdu/cl/index.ts';
import type { MessageSettings } from '../dialects.ts';
import { type ReceiveWindow, selectiveAck } from './receive-window.ts';
import type { FragmentNews } from './send-window.ts';

/** Fragment number of a fack and of a nocall with a body: what has arrived in order, 0xffff: nothing. */
export function inOrder({ base }: ReceiveWindow): number {
  return (base - 1) & 0xffff;
}

/** `serial`: of the PDU that the fack answers, by which the peer knows what it sent before. `maxPdu`: the largest that is wanted. */
export function fackBody(window: ReceiveWindow, settings: MessageSettings, maxPdu: number, serial: number): FackBody {
  return {
    version: settings.fackVersion,
    windowSize: settings.receiveWindow,
    maxTsdu: maxPdu,
    maxFragSize: maxPdu,
    serial,
    selectiveAck: selectiveAck(window),
  };
}

export function readFack({ header, body }: Fack): FragmentNews {
  return { inOrder: header.fragment, serial: body?.serial ?? null, selectiveAck: body?.selectiveAck ?? [] };
}
