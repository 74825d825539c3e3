import type { Uuid } from '../bytes/uuid.ts';
import { LocalMisuseError } from '../status/errors.ts';
import type { Activity, Binding } from './client-state.ts';
import type { ClientEvent } from './client-types.ts';
import type { Outbox } from './outbox.ts';
import type { ClientSettings } from './settings.ts';

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
  /** The activities of calls in progress. */
  readonly calls: Map<number, Activity>;
  readonly out: Outbox<ClientEvent>;
}

/** Throws LocalMisuseError for an unknown number. */
export function findBinding({ bindings }: ClientContext, id: number): Binding {
  const binding = bindings.get(id);
  if (binding === undefined) throw new LocalMisuseError(`no binding ${id}`);
  return binding;
}

export function arm({ out }: ClientContext, activity: Activity, at: number): void {
  activity.timerAt = at;
  out.arm(at);
}
