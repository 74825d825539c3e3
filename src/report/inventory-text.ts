import type { InventoryDocument } from '../inventory.ts';
import { clusterLines } from './probe-text.ts';
import { countText } from './text/figures.ts';
import { PLAIN, type Style } from './text/style.ts';
import { tableLines } from './text/table.ts';

/** What `clusrpc inventory` prints for people: what is wrong first, then every list. */
export function inventoryText(document: InventoryDocument, style: Style = PLAIN): string {
  const { cluster, kb814622, nodes, groups, resources, networks, netInterfaces, quorum } = document;
  const lines = [
    style.bold(
      `${cluster.name}: ${countText(nodes.length, 'node')}, ${countText(groups.length, 'group')}, ${countText(resources.length, 'resource')}`,
    ),
    ...clusterLines({ cluster, kb814622 }),
    ...trouble(document, style),
    ...section(
      'Nodes',
      ['Node', 'Id', 'State'],
      nodes.map(({ name, id, state }) => [name, id, state]),
      style,
    ),
    ...section(
      'Groups',
      ['Group', 'State', 'Owner'],
      groups.map(({ name, state, owner }) => [name, state, owner]),
      style,
    ),
    ...section(
      'Resources',
      ['Resource', 'Type', 'State', 'Group', 'Owner'],
      resources.map(({ name, type, state, group, owner }) => [name, type, state, group, owner]),
      style,
    ),
    ...section(
      'Networks',
      ['Network', 'State'],
      networks.map(({ name, state }) => [name, state]),
      style,
    ),
    ...section(
      'Interfaces',
      ['Interface', 'State'],
      netInterfaces.map(({ name, state }) => [name, state]),
      style,
    ),
    '',
    quorum === null
      ? 'Quorum resource: unknown'
      : `Quorum resource: ${quorum.name}, log in ${quorum.path} up to ${countText(quorum.maxLogSize, 'byte')}`,
  ];
  return lines.map((line) => `${line}\n`).join('');
}

function section(title: string, head: readonly string[], rows: readonly (readonly string[])[], style: Style): string[] {
  return rows.length === 0 ? ['', `${title}: none`] : ['', ...tableLines(head, rows, style)];
}

function trouble({ nodes, groups, resources, unread }: InventoryDocument, style: Style): string[] {
  const down = nodes.filter(({ state }) => state !== 'up').map(({ name, state }) => `node ${name} is ${state}`);
  const failed = [
    ...groups
      .filter(({ state }) => state === 'failed' || state === 'partial-online')
      .map(({ name, state }) => `group ${name} is ${state}`),
    ...resources
      .filter(({ state }) => state === 'failed')
      .map(({ name, group }) => `resource ${name} of ${group} has failed`),
  ];
  const denied = unread.map(
    ({ kind, name, error }) => `${kind}${name === '' ? '' : ` ${name}`} could not be read: ${error.message}`,
  );
  return [...down, ...failed]
    .map((line) => style.red(`  ✗ ${line}`))
    .concat(denied.map((line) => style.yellow(`  ? ${line}`)));
}
