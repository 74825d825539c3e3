import type { OperationalVersion } from '../../interface/clusapi/get-cluster-version2.ts';
import type { ClusapiOperation, ClusapiResult } from '../../interface/clusapi/index.ts';
import type { ContextHandle } from '../../ndr/context-handle.ts';
import type { ContextHandles } from '../../server/context-handles.ts';
import type { RpcCall } from '../../server/rpc-server.ts';
import { FaultError } from '../../status/errors.ts';
import { ncaCode } from '../../status/nca.ts';
import { win32Code } from '../../status/win32.ts';
import { Win32Error } from '../../status/win32-error.ts';
import type { Access } from '../access.ts';
import type { ClusterModel } from '../cluster-model.ts';
import type { HostProfile } from '../host-profiles.ts';
import type { OperationContext } from '../operation.ts';
import type { NotifyPort } from './notify-port.ts';

/** Kinds of objects that are opened by name. */
export type NamedKind = 'node' | 'group' | 'resource' | 'network' | 'netInterface';

/** What a context handle of the Cluster service stands for. */
export type OpenedObject =
  | { readonly kind: 'cluster'; readonly openedAt: number }
  | { [Kind in NamedKind]: { readonly kind: Kind; readonly name: string } }[NamedKind]
  /** A key of the cluster's registry by its path, empty for its root. */
  | { readonly kind: 'key'; readonly path: string }
  | { readonly kind: 'notify'; readonly port: NotifyPort };

export interface ClusterServiceOptions extends OperationContext {
  readonly model: ClusterModel;
  /** The node that it runs on. */
  readonly node: string;
  readonly profile: HostProfile;
  /** What the nodes together are. */
  readonly operational: OperationalVersion;
  readonly handles: ContextHandles<OpenedObject>;
  readonly access: Pick<Access, 'mayOpen'>;
}

/** Results, or the status that refuses. */
type Result = ClusapiResult | number;

/** One operation and what the emulated service does. */
export interface Service {
  readonly operation: ClusapiOperation;
  /** The results, or the status that refuses. Throws what RpcOperation may throw; Win32Error stands for its status. */
  readonly run: (options: ClusterServiceOptions, request: unknown, call: RpcCall) => Result | Promise<Result>;
  /** Whether hosts of this profile have it; default: all do. */
  readonly offered?: (profile: HostProfile) => boolean;
}

export const SUCCESS = 0;

/** Without a status: success. With one: results that go with it, as what a too small buffer should have been. */
export type Results<Response extends ClusapiResult> = Omit<Response, keyof ClusapiResult> & {
  readonly status?: number;
};

export function service<Request, Response extends ClusapiResult>(
  operation: ClusapiOperation<Request, Response>,
  run: (
    options: ClusterServiceOptions,
    request: Request,
    call: RpcCall,
  ) => Results<Response> | number | Promise<Results<Response> | number>,
): Service {
  const completed = (result: Results<Response> | number): Result =>
    typeof result === 'number' ? result : { status: SUCCESS, ...result };
  return {
    operation,
    run: (options, request, call) => {
      const result = run(options, request as Request, call);
      return result instanceof Promise ? result.then(completed) : completed(result);
    },
  };
}

/** A handle needs an owner that can fall silent. Windows would call back now; no client of ClusAPI makes it necessary. */
export function openObject(
  { handles, access }: ClusterServiceOptions,
  { addressSpace, caller }: RpcCall,
  object: OpenedObject,
): ContextHandle {
  if (!access.mayOpen(caller)) throw new Win32Error(win32Code('ERROR_ACCESS_DENIED'), `opening a ${object.kind}`);
  if (addressSpace === null) throw new FaultError('an idempotent open', ncaCode('nca_s_fault_context_mismatch'));
  return handles.add(addressSpace, object);
}

type Opened<Kind extends OpenedObject['kind']> = Extract<OpenedObject, { readonly kind: Kind }>;

/** Throws Win32Error ERROR_INVALID_HANDLE for one that is closed, another process's, or of another kind ([MS-CMRP] 3.1.4.1.2). */
export function openedObject<Kind extends OpenedObject['kind']>(
  { handles }: ClusterServiceOptions,
  { addressSpace }: RpcCall,
  handle: ContextHandle,
  kind: Kind,
): Opened<Kind> {
  const object = handles.find(addressSpace, handle);
  if (object?.kind !== kind) throw new Win32Error(win32Code('ERROR_INVALID_HANDLE'), `using the handle of a ${kind}`);
  return object as Opened<Kind>;
}
