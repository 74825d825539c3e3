import type { CallMessage } from '../client/pending-calls.ts';
import { interfaceName, operationName } from '../interface/index.ts';
import type { Address } from '../machine/contract.ts';
import { statusText } from '../status/text.ts';

/** What of the messages of `clusrpc:open` is told; the room that publishes them imports this one. */
export interface OpenMessage {
  readonly ms: number;
  readonly name: string;
  readonly backend: string;
  /** `ok`, or the error's code. */
  readonly outcome: string;
  readonly stage?: string | undefined;
}

/** What of the messages of `clusrpc:port` is told. */
export interface PortMessage {
  readonly machine: string;
  readonly process: string;
  readonly port: number;
  readonly from: string;
  readonly to: string;
}

/** `open CLUSTER1 over wire: ok in 12.4 ms` */
export function openLine({ name, backend, outcome, stage, ms }: OpenMessage): string {
  const where = stage === undefined ? '' : ` at ${stage}`;
  return `open ${name} over ${backend}: ${outcome}${where} in ${msText(ms)}`;
}

/** `call clusapi ApiOpenCluster 127.0.0.1:5000 → 127.0.0.1:1038: response in 1.2 ms` */
export function callLine({ interfaceId, opnum, name, local, server, outcome, status, ms }: CallMessage): string {
  const operation = name ?? operationName(interfaceId.uuid, opnum) ?? `operation ${opnum}`;
  const what = `${interfaceName(interfaceId.uuid) ?? 'unknown interface'} ${operation}`;
  const why = status === undefined ? '' : ` ${statusText(status)}`;
  return `call ${what} ${addressText(local)} → ${addressText(server)}: ${outcome}${why} in ${msText(ms)}`;
}

/** `port 5003 of app on CLIENT1: in-use → leaked` */
export function portLine({ machine, process, port, from, to }: PortMessage): string {
  return `port ${port} of ${process} on ${machine}: ${from} → ${to}`;
}

/** `127.0.0.1:135`, `[::1]:135` */
export function addressText({ host, port }: Address): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

function msText(ms: number): string {
  return `${ms < 100 ? ms.toFixed(1) : Math.round(ms)} ms`;
}
