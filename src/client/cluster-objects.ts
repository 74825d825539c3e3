import {
  ApiCloseGroup,
  ApiCloseNetInterface,
  ApiCloseNetwork,
  ApiCloseNode,
  ApiCloseResource,
  ApiClusterControl,
  ApiGetGroupId,
  ApiGetGroupState,
  ApiGetNetInterfaceId,
  ApiGetNetInterfaceState,
  ApiGetNetworkId,
  ApiGetNetworkState,
  ApiGetNodeId,
  ApiGetNodeState,
  ApiGetResourceId,
  ApiGetResourceState,
  ApiGetResourceType,
  ApiGroupControl,
  ApiNetInterfaceControl,
  ApiNetworkControl,
  ApiNodeControl,
  ApiOpenGroup,
  ApiOpenNetInterface,
  ApiOpenNetwork,
  ApiOpenNode,
  ApiOpenResource,
  ApiResourceControl,
  type CloseResponse,
  type ClusapiOperation,
  type ControlRequest,
  type ControlResponse,
  controlCode,
  decodePropertyList,
  GROUP_STATES,
  type HandleRequest,
  NET_INTERFACE_STATES,
  NETWORK_STATES,
  NODE_STATES,
  type ObjectHandle,
  type OpenRequest,
  type OpenResponse,
  type Property,
  RESOURCE_STATES,
} from '../interface/clusapi/index.ts';
import type { ContextHandle } from '../ndr/context-handle.ts';
import { win32Code } from '../status/win32.ts';
import { Win32Error } from '../status/win32-error.ts';
import type { ClusterClient, LimitOptions } from './cluster-client.ts';

/** A name of the states, or `unknown` where the server says so or says a number that has no name. */
export type StateOf<States> = keyof States | 'unknown';

/** A member of the cluster. */
export interface NodeInfo {
  readonly name: string;
  readonly id: string;
  readonly state: StateOf<typeof NODE_STATES>;
}

/** A group of resources that fail over together. */
export interface GroupInfo {
  readonly name: string;
  readonly id: string;
  readonly state: StateOf<typeof GROUP_STATES>;
  /** The node that has it. */
  readonly owner: string;
}

/** What a group brings online. */
export interface ResourceInfo {
  readonly name: string;
  readonly id: string;
  readonly type: string;
  readonly state: StateOf<typeof RESOURCE_STATES>;
  readonly group: string;
  readonly owner: string;
}

/** A network that the nodes share. */
export interface NetworkInfo {
  readonly name: string;
  readonly id: string;
  readonly state: StateOf<typeof NETWORK_STATES>;
}

/** Where a node meets a network. */
export interface NetInterfaceInfo {
  readonly name: string;
  readonly id: string;
  readonly state: StateOf<typeof NET_INTERFACE_STATES>;
}

/** The kinds of objects, and how each is opened, closed and asked for its properties ([MS-CMRP] 3.1.4.1). */
const KINDS = {
  node: { open: ApiOpenNode, close: ApiCloseNode, control: ApiNodeControl },
  group: { open: ApiOpenGroup, close: ApiCloseGroup, control: ApiGroupControl },
  resource: { open: ApiOpenResource, close: ApiCloseResource, control: ApiResourceControl },
  network: { open: ApiOpenNetwork, close: ApiCloseNetwork, control: ApiNetworkControl },
  netInterface: { open: ApiOpenNetInterface, close: ApiCloseNetInterface, control: ApiNetInterfaceControl },
} as const satisfies { readonly [Kind in string]: Operations<Kind> };

interface Operations<Kind extends string> {
  readonly open: ClusapiOperation<OpenRequest, OpenResponse<Kind>>;
  readonly close: ClusapiOperation<HandleRequest<Kind>, CloseResponse<Kind>>;
  readonly control: ClusapiOperation<ControlRequest<Kind>, ControlResponse>;
}

export type ObjectKind = keyof typeof KINDS;

/** Objects of an open cluster, each opened for the time of its questions. Errors as those of ClusterClient. */
export class ClusterObjects {
  readonly #client: ClusterClient;

  constructor(client: ClusterClient) {
    this.#client = client;
  }

  node(name: string, options: LimitOptions = {}): Promise<NodeInfo> {
    return this.#opened('node', name, options, async (handle) => {
      const id = await this.#client.call(ApiGetNodeId, { handle }, options);
      const { state } = await this.#client.call(ApiGetNodeState, { handle }, options);
      return { name, id: id.text ?? '', state: stateName(NODE_STATES, state) };
    });
  }

  group(name: string, options: LimitOptions = {}): Promise<GroupInfo> {
    return this.#opened('group', name, options, async (handle) => {
      const id = await this.#client.call(ApiGetGroupId, { handle }, options);
      const { state, nodeName } = await this.#client.call(ApiGetGroupState, { handle }, options);
      return { name, id: id.text ?? '', state: stateName(GROUP_STATES, state), owner: nodeName ?? '' };
    });
  }

  resource(name: string, options: LimitOptions = {}): Promise<ResourceInfo> {
    return this.#opened('resource', name, options, async (handle) => {
      const id = await this.#client.call(ApiGetResourceId, { handle }, options);
      const type = await this.#client.call(ApiGetResourceType, { handle }, options);
      const { state, nodeName, groupName } = await this.#client.call(ApiGetResourceState, { handle }, options);
      return {
        name,
        id: id.text ?? '',
        type: type.text ?? '',
        state: stateName(RESOURCE_STATES, state),
        group: groupName ?? '',
        owner: nodeName ?? '',
      };
    });
  }

  network(name: string, options: LimitOptions = {}): Promise<NetworkInfo> {
    return this.#opened('network', name, options, async (handle) => {
      const id = await this.#client.call(ApiGetNetworkId, { handle }, options);
      const { state } = await this.#client.call(ApiGetNetworkState, { handle }, options);
      return { name, id: id.text ?? '', state: stateName(NETWORK_STATES, state) };
    });
  }

  netInterface(name: string, options: LimitOptions = {}): Promise<NetInterfaceInfo> {
    return this.#opened('netInterface', name, options, async (handle) => {
      const id = await this.#client.call(ApiGetNetInterfaceId, { handle }, options);
      const { state } = await this.#client.call(ApiGetNetInterfaceState, { handle }, options);
      return { name, id: id.text ?? '', state: stateName(NET_INTERFACE_STATES, state) };
    });
  }

  /** Common properties, those that can only be read first. */
  properties(kind: ObjectKind, name: string, options: LimitOptions = {}): Promise<readonly Property[]> {
    return this.#opened(kind, name, options, (handle) =>
      this.#commonProperties(kind, (request) =>
        this.#client.call(KINDS[kind].control, { handle, ...request }, options),
      ),
    );
  }

  clusterProperties(handle: ContextHandle, options: LimitOptions = {}): Promise<readonly Property[]> {
    return this.#commonProperties('cluster', (request) =>
      this.#client.call(ApiClusterControl, { handle, ...request }, options),
    );
  }

  async #commonProperties(
    kind: ObjectKind | 'cluster',
    control: (request: Omit<ControlRequest<string>, 'handle'>) => Promise<ControlResponse>,
  ): Promise<readonly Property[]> {
    const lists: Property[] = [];
    for (const each of ['getReadOnlyCommonProperties', 'getCommonProperties'] as const) {
      const { output } = await roomy((outputSize) =>
        control({ code: controlCode(kind, each), input: null, outputSize }),
      );
      lists.push(...decodePropertyList(output));
    }
    return lists;
  }

  /** A handle is closed whatever comes of the question; the server runs down one whose close is lost. */
  async #opened<Kind extends ObjectKind, Answer>(
    kind: Kind,
    name: string,
    options: LimitOptions,
    ask: (handle: ObjectHandle<Kind>) => Promise<Answer>,
  ): Promise<Answer> {
    const { open, close }: Pick<Operations<Kind>, 'open' | 'close'> = KINDS[kind] as unknown as Operations<Kind>;
    const { handle } = await this.#client.call(open, { name }, options);
    try {
      return await ask(handle);
    } finally {
      await this.#client.call(close, { handle }, options).catch(() => {});
    }
  }
}

/** What most outputs of controls fit, bytes. */
const USUAL_OUTPUT = 4_096;
/** No control has a longer one. */
const LONGEST_OUTPUT = 1 << 20;

/** Asks again with more room when the server says that it needs it: by a status, since what it wants stands in a refusal. */
async function roomy(control: (outputSize: number) => Promise<ControlResponse>): Promise<ControlResponse> {
  for (let size = USUAL_OUTPUT; ; size *= 8) {
    try {
      return await control(size);
    } catch (error) {
      const small = error instanceof Win32Error && error.errno === win32Code('ERROR_MORE_DATA');
      if (!small || size > LONGEST_OUTPUT) throw error;
    }
  }
}

function stateName<States extends Readonly<Record<string, number>>>(states: States, state: number): StateOf<States> {
  return Object.keys(states).find((name) => states[name] === state) ?? 'unknown';
}
