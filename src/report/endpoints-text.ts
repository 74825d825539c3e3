import type { EndpointEntry, EndpointsDocument } from '../probe/endpoints.ts';
import { countText } from './text/figures.ts';
import { PLAIN, type Style } from './text/style.ts';
import { tableLines } from './text/table.ts';

const HEAD = ['Interface', 'Version', 'Protocol', 'Endpoint', 'Annotation'] as const;

/** What `clusrpc endpoints` prints for people: a table, interfaces by name where there is one. */
export function endpointsText(document: EndpointsDocument, style: Style = PLAIN): string {
  const { mapper, over, entries, answeredFrom, semantics } = document;
  const lines = [
    `${countText(entries.length, 'endpoint')} at the mapper of ${mapper.host}, ${over.toUpperCase()} port ${mapper.port}`,
    ...(answeredFrom.host === mapper.host ? [] : [`The answer came from ${answeredFrom.host}.`]),
    ...(semantics === 'at-most-once' ? [] : [style.yellow(IDEMPOTENT)]),
    ...(entries.length === 0 ? [] : tableLines(HEAD, entries.map(cells), style)),
  ];
  return lines.map((line) => `${line}\n`).join('');
}

const IDEMPOTENT = 'Asked idempotently, which needs no callback: entries of a lost answer may be missing.';

function cells({ interface: id, protocol, address, port, pipe, annotation }: EndpointEntry): readonly string[] {
  const place = pipe ?? (port === null ? '' : String(port));
  return [
    id.name ?? id.uuid,
    `${id.version.major}.${id.version.minor}`,
    protocol ?? 'other',
    address === null ? place : `${address}${place === '' ? '' : `:${place}`}`,
    annotation,
  ];
}
