import type { Uuid } from '../../../bytes/uuid.ts';
import { LocalMisuseError } from '../../../status/errors.ts';
import type { Outbox } from '../../outbox.ts';
import type { Schedule } from '../../schedule.ts';
import type { ClientSettings } from '../dialects.ts';
import type { Activity, Binding, Call } from './state.ts';
import type { ClientCounters, ClientEvent } from './types.ts';

/** What every part of the client machine works on. */
export interface ClientContext {
  readonly addressSpace: Uuid;
  readonly newUuid: () => Uuid;
  readonly settings: ClientSettings;
  /** NDR format label of what goes out. */
  readonly drep: number;
  /** Second flags byte of every request. */
  readonly requestFlags2: number;
  readonly bindings: Map<number, Binding>;
  readonly activities: Map<string, Activity>;
  /** Calls in progress, and the activities that others wait for. */
  readonly calls: Map<number, Call>;
  readonly waiting: Map<number, Activity>;
  readonly counters: ClientCounters;
  readonly out: Outbox<ClientEvent>;
  /** Activities by their next timer, and bindings by their next keep-alive. */
  readonly schedule: Schedule<Activity>;
  readonly keepAlives: Schedule<Binding>;
  /** Bytes of unfinished responses. */
  reassembly: number;
}

/** Throws LocalMisuseError for an unknown number. */
export function findBinding({ bindings }: ClientContext, id: number): Binding {
  const binding = bindings.get(id);
  if (binding === undefined) throw new LocalMisuseError(`no binding ${id}`);
  return binding;
}

export function armActivity({ out, schedule }: ClientContext, activity: Activity, at: number): void {
  activity.timerAt = at;
  schedule.wake(activity, at);
  out.arm(at);
}

export function armCall({ out, schedule }: ClientContext, call: Call, at: number): void {
  call.timerAt = at;
  schedule.wake(call.activity, at);
  out.arm(at);
}

export function findCall({ calls }: Activity, sequence: number): Call | undefined {
  const first = calls[0];
  return first?.sequence === sequence ? first : calls.find((call) => call.sequence === sequence);
}
