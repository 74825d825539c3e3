import { existsSync, mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

/** What the test clusapi.dll reads from the environment; clusapi.c says what each does. */
export type DllSettings = Partial<
  Record<
    | 'OPEN_ERROR'
    | 'OPEN_DELAY'
    | 'OPEN_HANG'
    | 'CALL_ERROR'
    | 'CALL_DELAY'
    | 'CLOSE_DELAY'
    | 'CLOSE_ERROR'
    | 'NODES'
    | 'LOG',
    string | number
  >
>;

const VARIABLES = [
  'OPEN_ERROR',
  'OPEN_DELAY',
  'OPEN_HANG',
  'CALL_ERROR',
  'CALL_DELAY',
  'CLOSE_DELAY',
  'CLOSE_ERROR',
  'NODES',
  'LOG',
] as const;

/** Sets these and clears all others: each test begins with a DLL that answers at once. */
export function setDll(settings: DllSettings = {}): void {
  for (const [name, value] of Object.entries(dllEnvironment(settings))) {
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
  }
}

export function dllEnvironment(settings: DllSettings): Record<string, string | undefined> {
  return Object.fromEntries(
    VARIABLES.map((name) => [`CLUSTEST_${name}`, settings[name] === undefined ? undefined : String(settings[name])]),
  );
}

export interface DllLog {
  readonly file: string;
  events(): readonly { readonly event: string; readonly serial: number }[];
  count(event: string): number;
  /** Waits until the log satisfies the condition: for what happens on other threads. Throws after ten seconds. */
  until(what: string, condition: () => boolean): Promise<void>;
  /** Every handle that was opened was closed exactly once, and none was used after that. */
  isBalanced(): boolean;
}

/** A new log, or one that another process made. */
export function dllLog(file = path.join(mkdtempSync(path.join(tmpdir(), 'clusapi-')), 'log.txt')): DllLog {
  const log: DllLog = {
    file,
    events: () => {
      if (!existsSync(file)) return [];
      const lines = readFileSync(file, 'utf8').split('\n').filter(Boolean);
      return lines.map((line) => {
        const [event = '', serial = ''] = line.split(' ');
        return { event, serial: Number(serial) };
      });
    },
    count: (event) => log.events().filter((entry) => entry.event === event).length,
    until: async (what, condition) => {
      for (let waited = 0; !condition(); waited += 20) {
        if (waited > 10_000) throw new Error(`${what}: not within 10 s; the log says ${JSON.stringify(log.events())}`);
        await pause(20);
      }
    },
    isBalanced: () => {
      const serials = (event: string): string =>
        log
          .events()
          .filter((entry) => entry.event === event)
          .map(({ serial }) => serial)
          .sort((a, b) => a - b)
          .join();
      return log.count('misuse') === 0 && serials('open') === serials('close');
    },
  };
  return log;
}

/** Waits for what happens on other threads. Throws after twenty seconds. */
export async function until(condition: () => boolean): Promise<void> {
  for (let waited = 0; !condition(); waited += 10) {
    if (waited > 20_000) throw new Error('not within 20 s');
    await pause(10);
  }
}

/** Collects garbage until the condition holds: one collection need not reach everything. */
export async function collectUntil(condition: () => boolean): Promise<void> {
  if (globalThis.gc === undefined) throw new Error('run node with --expose-gc');
  for (let round = 0; round < 200 && !condition(); round++) {
    globalThis.gc();
    await pause(20);
  }
}
