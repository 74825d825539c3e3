import { toUtf16 } from '../../bytes/utf16.ts';
import {
  ApiCloseKey,
  ApiEnumKey,
  ApiEnumValue,
  ApiGetKeySecurity,
  ApiGetRootKey,
  ApiOpenKey,
  ApiQueryInfoKey,
  ApiQueryValue,
  boundedSize,
} from '../../interface/clusapi/index.ts';
import { NIL_CONTEXT_HANDLE } from '../../ndr/context-handle.ts';
import { win32Code } from '../../status/win32.ts';
import { Win32Error } from '../../status/win32-error.ts';
import type { ClusterModel } from '../cluster-model.ts';
import { DACL, GROUP, keySecurity, OWNER } from './key-security.ts';
import { openedObject, openObject, type Service, service } from './operation.ts';

interface Value {
  readonly name: string;
  /** REG_SZ 1, REG_DWORD 4, REG_MULTI_SZ 7. */
  readonly type: number;
  readonly data: Uint8Array;
}

interface Key {
  readonly name: string;
  readonly keys: readonly Key[];
  readonly values: readonly Value[];
}

/** Nobody writes here, so that no key is younger than another. */
const LAST_WRITE = 0n;

export const REGISTRY_SERVICES: readonly Service[] = [
  service(ApiGetRootKey, (options, _, call) => ({ handle: openObject(options, call, { kind: 'key', path: '' }) })),
  service(ApiOpenKey, (options, { key, subKey }, call) => {
    const { path } = openedObject(options, call, key, 'key');
    const below = path === '' || subKey === '' ? `${path}${subKey}` : `${path}\\${subKey}`;
    keyAt(options.model, below);
    return { handle: openObject(options, call, { kind: 'key', path: below }) };
  }),
  service(ApiCloseKey, (options, { handle }, call) => {
    openedObject(options, call, handle, 'key');
    options.handles.remove(call.addressSpace, handle);
    return { handle: NIL_CONTEXT_HANDLE };
  }),
  service(ApiEnumKey, (options, { key, index }, call) => {
    const sub = keyAt(options.model, openedObject(options, call, key, 'key').path).keys[index];
    return sub === undefined ? win32Code('ERROR_NO_MORE_ITEMS') : { name: sub.name, lastWrite: LAST_WRITE };
  }),
  service(ApiQueryValue, (options, { key, name, size }, call) => {
    const { values } = keyAt(options.model, openedObject(options, call, key, 'key').path);
    const value = values.find((each) => each.name.toLowerCase() === name.toLowerCase());
    if (value === undefined) return win32Code('ERROR_FILE_NOT_FOUND');
    if (value.data.length > size) return { ...sized(value, size), status: win32Code('ERROR_MORE_DATA') };
    return sized(value, size);
  }),
  service(ApiEnumValue, (options, { key, index, size }, call) => {
    const { values } = keyAt(options.model, openedObject(options, call, key, 'key').path);
    const value = values[index];
    if (value === undefined) return win32Code('ERROR_NO_MORE_ITEMS');
    const { name, type, data } = value;
    const total = data.length;
    if (total <= size) return { name, type, data, total };
    return { name, type, data: new Uint8Array(0), total, status: win32Code('ERROR_MORE_DATA') };
  }),
  service(ApiQueryInfoKey, (options, { handle }, call) => {
    const { keys, values } = keyAt(options.model, openedObject(options, call, handle, 'key').path);
    return {
      subKeys: keys.length,
      maxSubKeyLength: longest(keys.map(({ name }) => name.length)),
      values: values.length,
      maxValueNameLength: longest(values.map(({ name }) => name.length)),
      maxValueLength: longest(values.map(({ data }) => data.length)),
      securityDescriptorSize: keySecurity(OWNER | GROUP | DACL).length,
      lastWrite: LAST_WRITE,
    };
  }),
  service(ApiGetKeySecurity, (options, { key, parts, size }, call) => {
    keyAt(options.model, openedObject(options, call, key, 'key').path);
    const descriptor = keySecurity(parts);
    if (descriptor.length <= size) return { descriptor, size };
    return { descriptor: null, size: descriptor.length, status: win32Code('ERROR_INSUFFICIENT_BUFFER') };
  }),
];

/** The array has the size that was asked for, and what is behind the value is zero. */
function sized({ type, data }: Value, size: number) {
  const room = new Uint8Array(boundedSize(size));
  if (data.length <= room.length) room.set(data);
  return { type, data: room, required: data.length };
}

function longest(lengths: readonly number[]): number {
  return lengths.reduce((most, length) => Math.max(most, length), 0);
}

/** Throws Win32Error ERROR_FILE_NOT_FOUND. */
function keyAt(model: ClusterModel, path: string): Key {
  let key = rootOf(model);
  for (const part of path.split('\\').filter((each) => each !== '')) {
    const below = key.keys.find(({ name }) => name.toLowerCase() === part.toLowerCase());
    if (below === undefined) throw new Win32Error(win32Code('ERROR_FILE_NOT_FOUND'), `opening ${path}`);
    key = below;
  }
  return key;
}

/** HKLM\Cluster, which is the same as long as its model lives but for who owns what, and that stands nowhere in it. */
const roots = new WeakMap<ClusterModel, Key>();

function rootOf(model: ClusterModel): Key {
  const known = roots.get(model);
  if (known !== undefined) return known;
  const root = buildRoot(model);
  roots.set(model, root);
  return root;
}

function buildRoot(model: ClusterModel): Key {
  const { name, quorum } = model;
  const children = [
    key(
      'Groups',
      model.groups.map((group) => {
        const contains = group.resources.map((each) => model.resource(each).id);
        return key(group.id, [], [text('Name', group.name), texts('Contains', contains)]);
      }),
    ),
    key(
      'NetworkInterfaces',
      model.netInterfaces.map((each) =>
        key(
          each.id,
          [],
          [
            text('Name', each.name),
            text('Node', model.node(each.node).id),
            text('Network', model.network(each.network).id),
          ],
        ),
      ),
    ),
    key(
      'Networks',
      model.networks.map((network) => key(network.id, [], [text('Name', network.name)])),
    ),
    key(
      'Nodes',
      model.nodes.map((node) => key(node.id, [], [text('NodeName', node.name)])),
    ),
    key(
      'Quorum',
      [],
      [
        text('Path', quorum.path),
        dword('MaxQuorumLogSize', quorum.maxLogSize),
        text('Resource', model.resource(quorum.name).id),
      ],
    ),
    key(
      'Resources',
      model.resources.map((resource) =>
        key(resource.id, [], [text('Name', resource.name), text('Type', resource.type)]),
      ),
    ),
    key(
      'ResourceTypes',
      model.resourceTypes.map((type) => key(type)),
    ),
  ];
  return key('Cluster', children, [text('ClusterName', name)]);
}

function key(name: string, keys: readonly Key[] = [], values: readonly Value[] = []): Key {
  return { name, keys, values };
}

function text(name: string, value: string): Value {
  return { name, type: 1, data: toUtf16(`${value}\0`) };
}

function texts(name: string, values: readonly string[]): Value {
  return { name, type: 7, data: toUtf16(`${values.map((each) => `${each}\0`).join('')}\0`) };
}

function dword(name: string, value: number): Value {
  return { name, type: 4, data: Uint8Array.of(value, value >>> 8, value >>> 16, value >>> 24) };
}
