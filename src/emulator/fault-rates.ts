import { type Duration, durationMs } from '../status/duration.ts';
import type { LocalMisuseError } from '../status/errors.ts';
import { invalidOption } from '../status/options.ts';

/** Faults at random; numbers are probabilities from 0 to 1. */
export interface FaultRates {
  /** A datagram is lost, either way. */
  readonly drop: number;
  /** Every datagram of the host leaves so much later, ms. */
  readonly delay: number;
  /** An operation is rejected with nca_s_server_too_busy. */
  readonly reject: number;
  /** An operation faults with nca_s_fault_remote_no_memory. */
  readonly 'no-memory': number;
  /** A datagram is held back while others overtake it, either way. */
  readonly reorder: number;
  /** A datagram comes twice, either way. */
  readonly duplicate: number;
  /** A conversation callback is lost. */
  readonly 'callback-drop': number;
}

export const NO_FAULTS: FaultRates = {
  drop: 0,
  delay: 0,
  reject: 0,
  'no-memory': 0,
  reorder: 0,
  duplicate: 0,
  'callback-drop': 0,
};

/** Chances from 0 to 1 of what happens to datagrams and calls of the host. */
export type FaultRateOptions = Partial<Omit<FaultRates, 'delay'>> & { readonly delay?: Duration };

/** What `reorder` and `duplicate` mean without a number: often enough to be seen in a short run, seldom enough to be survived. */
const DEFAULT_RATE = 0.1;

/**
 * Reads `drop=0.1,delay=20ms,reorder`. Throws LocalMisuseError with ERR_CLUSRPC_INVALID_OPTION: an unknown name, with the
 * known ones, a value that is no probability or duration, a name given twice.
 */
export function parseFaultRates(text: string): Partial<FaultRates> {
  const rates: Partial<Record<keyof FaultRates, number>> = {};
  for (const entry of text.split(',').map((each) => each.trim())) {
    if (entry === '') continue;
    const [name = '', value] = entry.split('=', 2).map((each) => each.trim());
    if (!isRate(name)) throw invalid(`unknown fault ${JSON.stringify(name)}: it is none of ${names()}`);
    if (rates[name] !== undefined) throw invalid(`${name} is given twice`);
    rates[name] = parseValue(name, value);
  }
  return rates;
}

/** Throws LocalMisuseError like `parseFaultRates`. */
export function faultRates(rates: FaultRateOptions | string): FaultRates {
  const given = typeof rates === 'string' ? parseFaultRates(rates) : rates;
  for (const [name, value] of Object.entries(given)) {
    if (!isRate(name)) throw invalid(`unknown fault ${JSON.stringify(name)}: it is none of ${names()}`);
    if (name === 'delay' || (typeof value === 'number' && value >= 0 && value <= 1)) continue;
    throw invalid(`${name} is a probability from 0 to 1, not ${value}`);
  }
  return { ...NO_FAULTS, ...given, delay: durationMs(given.delay ?? 0) };
}

function parseValue(name: keyof FaultRates, value: string | undefined): number {
  if (value === undefined || value === '') {
    if (name === 'reorder' || name === 'duplicate') return DEFAULT_RATE;
    throw invalid(`${name} needs a value: ${name}=${name === 'delay' ? '20ms' : '0.1'}`);
  }
  if (name === 'delay') return durationMs(value);
  const number = /^(?:\d+(?:\.\d*)?|\.\d+)$/.test(value) ? Number(value) : Number.NaN;
  if (number >= 0 && number <= 1) return number;
  throw invalid(`${name}=${value}: a probability is a number from 0 to 1`);
}

function isRate(name: string): name is keyof FaultRates {
  return Object.hasOwn(NO_FAULTS, name);
}

function names(): string {
  return Object.keys(NO_FAULTS).join(', ');
}

function invalid(message: string): LocalMisuseError {
  return invalidOption(
    message,
    'Write faults with commas between: drop=0.1,delay=20ms,reject=0.01,no-memory=0.01,reorder,duplicate,callback-drop=1.',
  );
}
