import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { closeSync, fchmodSync, writeSync } from 'node:fs';
import { isIPv4, isIPv6 } from 'node:net';
import { networkInterfaces } from 'node:os';
import { isCapture } from '../capture/capture-reader.ts';
import { PcapngWriter } from '../capture/writers.ts';
import type { Address } from '../machine/contract.ts';
import type { PduMessage } from '../transport/endpoint.ts';
import { blankSecrets } from './blank-secrets.ts';
import { openOutput } from './files.ts';

/** Datagrams may hold names and addresses that are nobody else's business. */
const OWNER_ONLY = 0o600;

/**
 * Writes every datagram of this process into a pcapng file until it is called back, without the secrets of a logon unless asked for. An older capture is written over,
 * since a second run of the same command means that; any other file is refused, since that is a mistyped name.
 */
export function captureTo(file: string, { secrets = false } = {}): () => void {
  const descriptor = openCapture(file);
  const writer = new PcapngWriter();
  const locals = new LocalAddresses();
  writeSync(descriptor, writer.header());
  const onPdu = (message: unknown) => {
    const { time, direction, local, remote, datagram } = message as PduMessage;
    const here = locals.seen(local, remote);
    // Where both ends are in this process the datagram has been written when it was sent.
    if (direction === 'in' && locals.has(remote)) return;
    const [from, to] = direction === 'out' ? [here, remote] : [remote, here];
    writeSync(
      descriptor,
      writer.packet({ timestampMs: time, from, to, payload: secrets ? datagram : blankSecrets(datagram) }),
    );
  };
  subscribe('clusrpc:pdu', onPdu);
  return () => {
    unsubscribe('clusrpc:pdu', onPdu);
    closeSync(descriptor);
  };
}

/** Which addresses are ends of this process, and what the end that is bound to any address is called on the wire. */
class LocalAddresses {
  readonly #seen = new Set<string>();
  readonly #wildcardPorts = new Set<number>();
  readonly #own = Object.values(networkInterfaces()).flatMap((all) => all ?? []);

  seen(local: Address, remote: Address): Address {
    if (local.host !== '0.0.0.0' && local.host !== '::') {
      this.#seen.add(`${local.host} ${local.port}`);
      return local;
    }
    this.#wildcardPorts.add(local.port);
    return { host: this.#sourceFor(remote.host), port: local.port };
  }

  has({ host, port }: Address): boolean {
    if (this.#seen.has(`${host} ${port}`)) return true;
    return this.#wildcardPorts.has(port) && (isLoopback(host) || this.#own.some(({ address }) => address === host));
  }

  /** The system chooses it for each datagram and tells nobody; this is right for loopback and for machines with one address. */
  #sourceFor(remote: string): string {
    if (isLoopback(remote)) return isIPv6(remote) ? '::1' : '127.0.0.1';
    const family = isIPv4(remote) ? 'IPv4' : 'IPv6';
    const own = this.#own.find((each) => each.family === family && !each.internal)?.address;
    return own ?? (family === 'IPv4' ? '0.0.0.0' : '::');
  }
}

function isLoopback(host: string): boolean {
  return host.startsWith('127.') || host === '::1' || host.startsWith('::ffff:127.');
}

/** An older capture is written over; it may have been readable for others. */
function openCapture(file: string): number {
  const descriptor = openOutput(file, {
    what: 'the capture file',
    over: isCapture,
    refusal: ['is no capture file, so it is not written over', 'Give --pcap another name.'],
    mode: OWNER_ONLY,
  });
  fchmodSync(descriptor, OWNER_ONLY);
  return descriptor;
}
