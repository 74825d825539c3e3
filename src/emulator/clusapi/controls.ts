import { toUtf16 } from '../../bytes/utf16.ts';
import {
  ApiClusterControl,
  ApiGroupControl,
  ApiNetInterfaceControl,
  ApiNetworkControl,
  ApiNodeClusterControl,
  ApiNodeControl,
  ApiNodeGroupControl,
  ApiNodeNetInterfaceControl,
  ApiNodeNetworkControl,
  ApiNodeNodeControl,
  ApiNodeResourceControl,
  ApiResourceControl,
  ApiResourceTypeControl,
  type ClusapiOperation,
  CONTROL_MODIFIES,
  CONTROLS,
  type ControlBlock,
  type ControlObject,
  type ControlRequest,
  type ControlResponse,
  controlCode,
  encodePropertyList,
  type NodeControlRequest,
  type Property,
  sameName,
} from '../../interface/clusapi/index.ts';
import { win32Code } from '../../status/win32.ts';
import { type ClusterServiceOptions, openedObject, type Service, SUCCESS, service } from './operation.ts';

type HandledObject = Exclude<ControlObject, 'resourceType'>;

/** What controls can read of an object; left out: the function does not exist for it. */
interface Readable {
  readonly name?: string;
  readonly id?: string;
  readonly type?: string;
  readonly common: readonly Property[];
  readonly readOnlyCommon: readonly Property[];
}

/** Operations of one kind of object, alone and at a node that the caller names. */
function controls<Kind extends HandledObject>(
  kind: Kind,
  alone: ClusapiOperation<ControlRequest<Kind>, ControlResponse>,
  atNode: ClusapiOperation<NodeControlRequest<Kind>, ControlResponse>,
): readonly Service[] {
  return [
    service(alone, (options, request, call) => {
      const object = openedObject<HandledObject>(options, call, request.handle, kind);
      return execute(kind, request, readable(options, object));
    }),
    service(atNode, (options, request, call) => {
      openedObject(options, call, request.node, 'node');
      const object = openedObject<HandledObject>(options, call, request.handle, kind);
      return execute(kind, request, readable(options, object));
    }),
  ];
}

export const CONTROL_SERVICES: readonly Service[] = [
  ...controls('cluster', ApiClusterControl, ApiNodeClusterControl),
  ...controls('node', ApiNodeControl, ApiNodeNodeControl),
  ...controls('resource', ApiResourceControl, ApiNodeResourceControl),
  ...controls('group', ApiGroupControl, ApiNodeGroupControl),
  ...controls('network', ApiNetworkControl, ApiNodeNetworkControl),
  ...controls('netInterface', ApiNetInterfaceControl, ApiNodeNetInterfaceControl),
  service(ApiResourceTypeControl, ({ model }, request) => {
    const name = model.resourceTypes.find((each) => sameName(each, request.typeName));
    if (name === undefined) return win32Code('ERROR_CLUSTER_RESOURCE_TYPE_NOT_FOUND');
    return execute('resourceType', request, { common: [text('Name', name)], readOnlyCommon: [] });
  }),
];

function execute(kind: ControlObject, { code, outputSize }: ControlBlock, object: Readable): ControlResponse | number {
  if ((code & CONTROL_MODIFIES) !== 0) return win32Code('ERROR_ACCESS_DENIED');
  const output = outputOf(kind, code, object);
  if (output === null) return win32Code('ERROR_INVALID_FUNCTION');
  if (output.length <= outputSize) return { output, outputSize, required: output.length, status: SUCCESS };
  return { output: new Uint8Array(0), outputSize, required: output.length, status: win32Code('ERROR_MORE_DATA') };
}

function outputOf(kind: ControlObject, code: number, object: Readable): Uint8Array | null {
  const control = NAMES.find((each) => controlCode(kind, each) === code);
  switch (control) {
    case 'unknown':
      return new Uint8Array(0);
    case 'getCharacteristics':
    case 'getFlags':
      return new Uint8Array(4);
    case 'getName':
      return terminated(object.name);
    case 'getId':
      return terminated(object.id);
    case 'getResourceType':
      return terminated(object.type);
    case 'enumCommonProperties':
      return toUtf16(`${object.common.map(({ name }) => `${name}\0`).join('')}\0`);
    case 'getCommonProperties':
      return encodePropertyList(object.common);
    case 'getReadOnlyCommonProperties':
      return encodePropertyList(object.readOnlyCommon);
    case 'getPrivateProperties':
    case 'getReadOnlyPrivateProperties':
      return encodePropertyList([]);
    default:
      return null;
  }
}

const NAMES = Object.keys(CONTROLS) as (keyof typeof CONTROLS)[];

function readable(
  { model }: ClusterServiceOptions,
  object: { readonly kind: HandledObject; readonly name?: string },
): Readable {
  const { kind, name = '' } = object;
  switch (kind) {
    case 'cluster':
      return { common: [text('Description', '')], readOnlyCommon: [text('Name', model.name)] };
    case 'node': {
      const { id } = model.node(name);
      return { name, id, common: [text('Description', '')], readOnlyCommon: [text('NodeName', name)] };
    }
    case 'group': {
      const { id } = model.group(name);
      const common = [text('Description', ''), { name: 'PersistentState', values: [1] }];
      return { name, id, common, readOnlyCommon: [text('Name', name)] };
    }
    case 'resource': {
      const { id, type } = model.resource(name);
      return {
        name,
        id,
        type,
        common: [text('Description', '')],
        readOnlyCommon: [text('Name', name), text('Type', type)],
      };
    }
    case 'network': {
      const { id } = model.network(name);
      return { name, id, common: [text('Description', '')], readOnlyCommon: [text('Name', name)] };
    }
    case 'netInterface': {
      const { id, node, network } = model.netInterface(name);
      const readOnlyCommon = [text('Name', name), text('Node', node), text('Network', network)];
      return { name, id, common: [text('Description', '')], readOnlyCommon };
    }
  }
}

function text(name: string, value: string): Property {
  return { name, values: [value] };
}

function terminated(value: string | undefined): Uint8Array | null {
  return value === undefined ? null : toUtf16(`${value}\0`);
}
