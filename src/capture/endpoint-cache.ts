import { ipv4Text, ipv6Text } from './ip-address.ts';
import type { Endpoint } from './packet.ts';

const MAX_ENTRIES = 16_384;

/** One object for each end of a conversation instead of two new texts a packet; forgets all when it is full. */
export class EndpointCache {
  readonly #ipv4 = new Map<number, Endpoint>();
  readonly #ipv6 = new Map<string, Endpoint>();

  ipv4(bytes: Uint8Array, at: number, port: number): Endpoint {
    const high = (((bytes[at] as number) << 8) | (bytes[at + 1] as number)) * 0x1_0000_0000;
    const low = (((bytes[at + 2] as number) << 8) | (bytes[at + 3] as number)) * 0x1_0000;
    const key = high + low + port;
    return this.#ipv4.get(key) ?? remember(this.#ipv4, key, { host: ipv4Text(bytes, at), port });
  }

  ipv6(bytes: Uint8Array, at: number, port: number): Endpoint {
    let key = String.fromCharCode(port);
    for (let i = at; i < at + 16; i += 2) {
      key += String.fromCharCode(((bytes[i] as number) << 8) | (bytes[i + 1] as number));
    }
    return this.#ipv6.get(key) ?? remember(this.#ipv6, key, { host: ipv6Text(bytes, at), port });
  }
}

function remember<Key>(cache: Map<Key, Endpoint>, key: Key, endpoint: Endpoint): Endpoint {
  if (cache.size >= MAX_ENTRIES) cache.clear();
  cache.set(key, endpoint);
  return endpoint;
}
