import type { Uuid } from '../../../bytes/uuid.ts';

export interface Association {
  /** assoc_group_id on the wire. */
  readonly id: number;
  /** Names it as an owner of context handles. */
  readonly uuid: Uuid;
  readonly host: string;
  connections: number;
}

export interface AssociationsOptions {
  readonly newUuid: () => Uuid;
  /** The last connection of a group has ended: its context handles are void. */
  readonly onRundown: (association: Uuid) => void;
}

/** The association groups of a server: connections of one client that share context handles (C706 9.3.3.1). */
export class Associations {
  readonly #options: AssociationsOptions;
  readonly #groups = new Map<number, Association>();

  constructor(options: AssociationsOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#groups.size;
  }

  /** A new group for 0, else the one of that number; null: there is none, or it belongs to another host. */
  join(id: number, host: string): Association | null {
    const group = id === 0 ? this.#open(host) : this.#groups.get(id);
    if (group === undefined || group.host !== host) return null;
    group.connections += 1;
    return group;
  }

  leave(group: Association): void {
    group.connections -= 1;
    if (group.connections > 0) return;
    this.#groups.delete(group.id);
    this.#options.onRundown(group.uuid);
  }

  /** Numbers that nobody guesses: who knows one has the handles of its group. */
  #open(host: string): Association {
    for (;;) {
      const uuid = this.#options.newUuid();
      const id = new DataView(uuid.buffer, uuid.byteOffset, 4).getUint32(0);
      if (id === 0 || this.#groups.has(id)) continue;
      const group = { id, uuid, host, connections: 0 };
      this.#groups.set(id, group);
      return group;
    }
  }
}
