import { type Ack, decodeAck, encodeAck } from './ack.ts';
import { type Cancel, decodeCancel, encodeCancel } from './cancel.ts';
import { type CancelAck, decodeCancelAck, encodeCancelAck } from './cancel-ack.ts';
import { decodeFack, encodeFack, type Fack } from './fack.ts';
import { decodeFault, encodeFault, type Fault } from './fault.ts';
import { decodeHeader } from './header.ts';
import { decodeNocall, encodeNocall, type Nocall } from './nocall.ts';
import { decodePing, encodePing, type Ping } from './ping.ts';
import { decodeReject, encodeReject, type Reject } from './reject.ts';
import { decodeRequest, encodeRequest, type Request } from './request.ts';
import { decodeResponse, encodeResponse, type Response } from './response.ts';
import { decodeWorking, encodeWorking, type Working } from './working.ts';

export type { FackBody } from './fack-body.ts';
export * from './header.ts';
export * from './security-trailer.ts';
export type { Ack, Cancel, CancelAck, Fack, Fault, Nocall, Ping, Reject, Request, Response, Working };

/** One datagram, one PDU (C706 12.5). */
export type ClPdu = Request | Ping | Response | Fault | Working | Nocall | Reject | Ack | Cancel | Fack | CancelAck;

/**
 * Decodes a datagram. Stub, trailer and UUIDs are views of it. Bytes behind the PDU that nobody said anything about are
 * ignored. Throws RemoteProtocolError and nothing else.
 */
export function decodeCl(datagram: Uint8Array): ClPdu {
  const head = decodeHeader(datagram);
  switch (head.type) {
    case 'request':
      return decodeRequest(head, datagram);
    case 'ping':
      return decodePing(head);
    case 'response':
      return decodeResponse(head, datagram);
    case 'fault':
      return decodeFault(head, datagram);
    case 'working':
      return decodeWorking(head);
    case 'nocall':
      return decodeNocall(head, datagram);
    case 'reject':
      return decodeReject(head, datagram);
    case 'ack':
      return decodeAck(head);
    case 'cl_cancel':
      return decodeCancel(head, datagram);
    case 'fack':
      return decodeFack(head, datagram);
    case 'cancel_ack':
      return decodeCancelAck(head, datagram);
  }
}

export function encodeCl(pdu: ClPdu): Uint8Array {
  switch (pdu.type) {
    case 'request':
      return encodeRequest(pdu);
    case 'ping':
      return encodePing(pdu);
    case 'response':
      return encodeResponse(pdu);
    case 'fault':
      return encodeFault(pdu);
    case 'working':
      return encodeWorking(pdu);
    case 'nocall':
      return encodeNocall(pdu);
    case 'reject':
      return encodeReject(pdu);
    case 'ack':
      return encodeAck(pdu);
    case 'cl_cancel':
      return encodeCancel(pdu);
    case 'fack':
      return encodeFack(pdu);
    case 'cancel_ack':
      return encodeCancelAck(pdu);
  }
}
