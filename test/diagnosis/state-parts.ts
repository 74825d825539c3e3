import type { State } from './make-evidence.ts';

export const W2K = { nt: '5.0', build: 2195 } as const;
export const RTM = { ...W2K, text: null, number: null, hotfix: null } as const;
export const SP1 = { ...W2K, text: 'Service Pack 1', number: 0x100, hotfix: null } as const;
export const SP2 = { ...W2K, text: 'Service Pack 2', number: 0x200, hotfix: null } as const;
export const SP3 = { ...W2K, text: 'Service Pack 3', number: 0x300, hotfix: null } as const;
export const SP4 = { ...W2K, text: 'Service Pack 4', number: 0x400, hotfix: null } as const;
export const HUNDRED = { ports: ['5000-5099'] } as const;
export const FREE = { ports: null } as const;

/** Name, state, verdict, exposure, a reason that must be given (or a contradiction, marked with !), advice where it matters. */
export type StateRow = readonly [string, State, string, string, RegExp, RegExp?];
