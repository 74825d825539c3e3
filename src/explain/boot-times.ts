import type { Endpoint } from '../capture/packet.ts';
import type { NamedInterface } from './names.ts';

const MAX_SERVERS = 4_096;
const MAX_CHANGES = 64;

/** A server process ended and another took its place. */
export interface BootChange {
  readonly server: Endpoint;
  readonly role: NamedInterface['role'];
  /** Seconds since 1970. */
  readonly before: number;
  readonly after: number;
  readonly frame: number;
  readonly ms: number;
}

/** The boot time that each server endpoint names. Another one means that its process was started anew. */
export class BootTimes {
  readonly changes: BootChange[] = [];
  /** Changes in all, those beyond the list included. */
  count = 0;
  readonly #known = new Map<string, number>();

  see(server: Endpoint, role: NamedInterface['role'], boot: number, frame: number, ms: number): void {
    const key = `${server.host} ${server.port}`;
    const before = this.#known.get(key);
    // A late answer of the process that is gone is no second restart.
    if (before !== undefined && boot <= before) return;
    if (before === undefined && this.#known.size >= MAX_SERVERS) this.#known.clear();
    this.#known.set(key, boot);
    if (before === undefined) return;
    this.count += 1;
    if (this.changes.length < MAX_CHANGES) this.changes.push({ server, role, before, after: boot, frame, ms });
  }
}
