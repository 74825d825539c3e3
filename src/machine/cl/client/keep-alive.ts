import { NIL_UUID } from '../../../bytes/uuid.ts';
import { CONVC, encodeConvcIndyRequest } from '../../../interface/conv/index.ts';
import { isLittleEndian } from '../../../pdu/cl/index.ts';
import type { ClientContext } from './context.ts';
import { emit } from './emit.ts';
import { type Binding, requestHeader } from './state.ts';

export function hold({ settings, out, keepAlives }: ClientContext, binding: Binding, now: number): void {
  binding.handles += 1;
  if (binding.handles > 1) return;
  binding.keepAliveAt = now + settings.keepAlive;
  keepAlives.wake(binding, binding.keepAliveAt);
  out.arm(binding.keepAliveAt);
}

export function release(binding: Binding): void {
  binding.handles -= 1;
  if (binding.handles === 0) binding.keepAliveAt = Number.POSITIVE_INFINITY;
}

/** Tells the server that its context handles are still wanted, by a maybe call of its own activity (C706 App. P). */
export function keepAlive(context: ClientContext, binding: Binding, now: number): void {
  const { settings, addressSpace, drep, out, keepAlives } = context;
  const activity = context.newUuid();
  const casUuid =
    settings.keepAliveUuid === 'activity'
      ? ((binding.idle.at(-1) ?? [...binding.activities][0])?.id ?? activity)
      : addressSpace;
  const names = { interfaceId: CONVC, opnum: 0, object: NIL_UUID, semantics: 'maybe', activity, sequence: 0 } as const;
  const header = { ...requestHeader(names, { drep, flags2: 0, authProtocol: 0 }), serverBoot: binding.serverBoot };
  const stub = encodeConvcIndyRequest({ casUuid }, isLittleEndian(header));
  emit(context, { type: 'request', header, stub, trailer: new Uint8Array(0) }, binding.to);
  binding.keepAliveAt = now + settings.keepAlive;
  keepAlives.wake(binding, binding.keepAliveAt);
  out.arm(binding.keepAliveAt);
}
