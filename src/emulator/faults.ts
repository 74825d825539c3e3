import { sameUuid } from '../bytes/uuid.ts';
import { CONV } from '../interface/conv/index.ts';
import { operationName } from '../interface/index.ts';
import { type Address, sameAddress } from '../machine/contract.ts';
import { type DecodedHeader, decodeHeader } from '../pdu/cl/index.ts';
import { RemoteProtocolError } from '../status/errors.ts';
import { ncaCode } from '../status/nca.ts';
import type { Clock } from '../transport/clock.ts';
import { type FaultRateOptions, type FaultRates, faultRates } from './fault-rates.ts';
import {
  type ArmedRule,
  armRule,
  type CallFault,
  type FaultRule,
  isCallFault,
  type PacketFault,
} from './fault-rules.ts';

export interface FaultsOptions {
  readonly clock: Clock;
  /** Numbers from 0 up to 1. */
  readonly random: () => number;
  readonly rates?: FaultRateOptions | string;
}

/** A datagram that comes to a socket of the host, or leaves it. */
export interface Passage {
  readonly direction: 'in' | 'out';
  readonly place: 'mapper' | 'service';
  readonly datagram: Uint8Array;
  /** The client's address. */
  readonly remote: Address;
}

/** Reordered datagrams are held back for up to so many ms: longer than a local network takes, shorter than any retransmission. */
const REORDER_HOLD = 50;

/** What goes wrong at an emulated host: by rule, and else by probability. */
export class Faults {
  readonly #clock: Clock;
  readonly #random: () => number;
  readonly #rates: FaultRates;
  #rules: ArmedRule[] = [];
  #injected = 0;

  /** Throws LocalMisuseError for rates that cannot be. */
  constructor({ clock, random, rates = {} }: FaultsOptions) {
    this.#clock = clock;
    this.#random = random;
    this.#rates = faultRates(rates);
  }

  /** How often something was made to go wrong; delays by rate do not count. */
  get injected(): number {
    return this.#injected;
  }

  /** Another rule; earlier ones come first. Answers how to take it back. Throws LocalMisuseError for one that cannot be. */
  add(rule: FaultRule): () => void {
    const armed = armRule(rule);
    this.#rules.push(armed);
    return () => {
      this.#rules = this.#rules.filter((each) => each !== armed);
    };
  }

  clear(): void {
    this.#rules = [];
  }

  /** What happens instead of this operation; null: nothing. */
  onCall(operation: string, place: Passage['place'], from: Address): CallFault | null {
    const rule = this.#fire(isCallFault, from, [operation, 'request', place]);
    if (rule !== null) return rule;
    if (place === 'mapper') return null;
    if (this.#chance(this.#rates.reject)) return { kind: 'reject', status: ncaCode('nca_s_server_too_busy') };
    if (this.#chance(this.#rates['no-memory'])) {
      return { kind: 'fault', status: ncaCode('nca_s_fault_remote_no_memory') };
    }
    return null;
  }

  /** Calls `pass` now, later, several times or never. */
  onDatagram(passage: Passage, pass: () => void): void {
    const fault = this.#packetFault(passage);
    if (fault === null) return this.#byRate(passage.direction, pass);
    if (fault.kind === 'drop') return;
    if (fault.kind === 'delay') return this.#later(fault.ms, pass);
    for (let i = 0; i <= fault.copies; i++) pass();
  }

  #packetFault(passage: Passage): PacketFault | null {
    const callbackDrop = passage.direction === 'out' ? this.#rates['callback-drop'] : 0;
    if (this.#rules.length === 0 && callbackDrop === 0) return null;
    const names = namesOf(passage);
    const fault = this.#fire(isPacketFault, passage.remote, names);
    if (fault !== null) return fault;
    return names.includes('callback') && this.#chance(callbackDrop) ? { kind: 'drop' } : null;
  }

  #byRate(direction: Passage['direction'], pass: () => void): void {
    const { drop, duplicate, reorder, delay } = this.#rates;
    if (this.#chance(drop)) return;
    const copies = this.#chance(duplicate) ? 2 : 1;
    for (let i = 0; i < copies; i++) {
      const held = this.#chance(reorder) ? this.#random() * REORDER_HOLD : 0;
      this.#later(held + (direction === 'out' ? delay : 0), pass);
    }
  }

  /** The first rule that matches and is due; each that matches counts on. */
  #fire<T extends ArmedRule['fault']>(
    isKind: (fault: ArmedRule['fault']) => fault is T,
    client: Address,
    names: readonly string[],
  ): T | null {
    let fired: T | null = null;
    for (const rule of this.#rules) {
      if (!isKind(rule.fault) || !names.includes(rule.on)) continue;
      if (rule.from !== null && !sameAddress(rule.from, client)) continue;
      rule.seen += 1;
      if (fired === null && rule.seen >= rule.first && rule.seen <= rule.last) fired = rule.fault;
    }
    if (fired !== null) this.#injected += 1;
    return fired;
  }

  /** Draws no number where there is nothing to decide, so that one rate does not change what another one does. */
  #chance(probability: number): boolean {
    if (probability === 0 || (probability < 1 && this.#random() >= probability)) return false;
    this.#injected += 1;
    return true;
  }

  #later(ms: number, pass: () => void): void {
    if (ms === 0) pass();
    else this.#clock.at(this.#clock.now() + ms, pass);
  }
}

function isPacketFault(fault: ArmedRule['fault']): fault is PacketFault {
  return !isCallFault(fault);
}

/** What rules may call this datagram. */
function namesOf({ direction, place, datagram }: Passage): readonly string[] {
  const head = readHead(datagram);
  if (head === null) return [];
  const { type, header } = head;
  if (direction === 'out') {
    if (type === 'response') return ['response'];
    return type === 'request' && sameUuid(header.interfaceId, CONV.uuid) ? ['callback'] : [];
  }
  if (type !== 'request') return [];
  const operation = operationName(header.interfaceId, header.opnum);
  return ['request', ...(place === 'mapper' ? ['mapper'] : []), ...(operation === undefined ? [] : [operation])];
}

function readHead(datagram: Uint8Array): DecodedHeader | null {
  try {
    return decodeHeader(datagram);
  } catch (error) {
    if (error instanceof RemoteProtocolError) return null;
    throw error;
  }
}
