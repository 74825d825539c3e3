import { printable } from './text/printable.ts';

/** Nagios' own states; the index is its exit code (Monitoring Plugins guidelines, 2.4). */
export const NAGIOS_STATES = ['OK', 'WARNING', 'CRITICAL', 'UNKNOWN'] as const;

export type NagiosState = (typeof NAGIOS_STATES)[number];

/** The worst first: what is known to be wrong goes before what is not known. */
const BY_WEIGHT: readonly NagiosState[] = ['CRITICAL', 'WARNING', 'UNKNOWN', 'OK'];

export function worstState(states: readonly NagiosState[]): NagiosState {
  return BY_WEIGHT.find((each) => states.includes(each)) ?? 'UNKNOWN';
}

/** The bar separates text and metrics, a quote ends a label, and control characters are none of a line. */
export function cleanText(text: string): string {
  return printable(text.replace(/[|'\r\n\t]+/g, ' '));
}
