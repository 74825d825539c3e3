import {
  type AddNotifyRequest,
  type AddNotifyResponse,
  ApiAddNotifyCluster,
  ApiAddNotifyGroup,
  ApiAddNotifyKey,
  ApiAddNotifyNetInterface,
  ApiAddNotifyNetwork,
  ApiAddNotifyNode,
  ApiAddNotifyResource,
  ApiCloseNotify,
  ApiCreateNotify,
  ApiGetNotify,
  ApiReAddNotifyGroup,
  ApiReAddNotifyNetInterface,
  ApiReAddNotifyNetwork,
  ApiReAddNotifyNode,
  ApiReAddNotifyResource,
  ApiUnblockGetNotifyCall,
  type ClusapiOperation,
  type ClusapiResult,
  type ReAddNotifyRequest,
} from '../../interface/clusapi/index.ts';
import { NIL_CONTEXT_HANDLE } from '../../ndr/context-handle.ts';
import { win32Code } from '../../status/win32.ts';
import { NotifyPort } from './notify-port.ts';
import { type NamedKind, openedObject, openObject, type Service, service } from './operation.ts';

/** Adding one object, and adding it again after a reconnect. */
function added<Kind extends NamedKind>(
  kind: Kind,
  add: ClusapiOperation<AddNotifyRequest<Kind>, AddNotifyResponse>,
  addAgain: ClusapiOperation<ReAddNotifyRequest<Kind>, ClusapiResult>,
): readonly Service[] {
  return [
    service(add, (options, { port, handle, filter, notifyKey }, call) => {
      const { name } = openedObject<NamedKind>(options, call, handle, kind);
      const since = options.model.changes.last;
      openedObject(options, call, port, 'notify').port.add({ object: { kind, name }, filter, notifyKey, since });
      return { stateSequence: since };
    }),
    service(addAgain, (options, { port, handle, filter, notifyKey, stateSequence: since }, call) => {
      const { name } = openedObject<NamedKind>(options, call, handle, kind);
      openedObject(options, call, port, 'notify').port.add({ object: { kind, name }, filter, notifyKey, since });
      return {};
    }),
  ];
}

export const NOTIFY_SERVICES: readonly Service[] = [
  service(ApiCreateNotify, (options, _, call) => ({
    handle: openObject(options, call, { kind: 'notify', port: new NotifyPort(options.model.changes) }),
  })),
  service(ApiCloseNotify, (options, { handle }, call) => {
    openedObject(options, call, handle, 'notify').port.unblock();
    options.handles.remove(call.addressSpace, handle);
    return { handle: NIL_CONTEXT_HANDLE };
  }),
  service(ApiAddNotifyCluster, (options, { port, handle, filter, notifyKey }, call) => {
    openedObject(options, call, handle, 'cluster');
    const since = options.model.changes.last;
    openedObject(options, call, port, 'notify').port.add({ object: null, filter, notifyKey, since });
    return {};
  }),
  ...added('node', ApiAddNotifyNode, ApiReAddNotifyNode),
  ...added('group', ApiAddNotifyGroup, ApiReAddNotifyGroup),
  ...added('resource', ApiAddNotifyResource, ApiReAddNotifyResource),
  ...added('network', ApiAddNotifyNetwork, ApiReAddNotifyNetwork),
  ...added('netInterface', ApiAddNotifyNetInterface, ApiReAddNotifyNetInterface),
  // Nobody writes to the registry here, so that there is nothing to hear.
  service(ApiAddNotifyKey, (options, { port, key }, call) => {
    openedObject(options, call, key, 'key');
    openedObject(options, call, port, 'notify');
    return {};
  }),
  service(ApiGetNotify, async (options, { handle }, call) => {
    const event = await openedObject(options, call, handle, 'notify').port.next(call.signal);
    if (event === null) return win32Code('ERROR_NO_MORE_ITEMS');
    const { notifyKey, change } = event;
    return { notifyKey, filter: change.filter, stateSequence: change.sequence, name: change.name };
  }),
  service(ApiUnblockGetNotifyCall, (options, { handle }, call) => {
    openedObject(options, call, handle, 'notify').port.unblock();
    return {};
  }),
];
