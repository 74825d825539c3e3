import { AUTH_LEVEL, NTLM_PROTOCOL } from '../../../src/auth/datagram/level.ts';
import type { ClientSecurity, SecurityContext, ServerSecurity } from '../../../src/machine/co/security.ts';

/** A provider for tests: a sum as signature, a running number in it, and an XOR as cipher. Nobody else would trust it. */
class Toy implements SecurityContext {
  readonly signatureLength = 16;
  readonly #tokens: (string | null)[];
  readonly #awaited: string[];
  #sent = 0;
  #received = 0;

  constructor(tokens: (string | null)[], awaited: string[]) {
    this.#tokens = tokens;
    this.#awaited = awaited;
  }

  step(token: Uint8Array | null) {
    if (token !== null && Buffer.from(token).toString() !== this.#awaited.shift()) throw new Error('logon failure');
    const next = this.#tokens.shift() ?? null;
    return { token: next === null ? null : new TextEncoder().encode(next), done: this.#awaited.length === 0 };
  }

  sign(message: Uint8Array): Uint8Array {
    return signature(message, this.#sent++);
  }

  verify(message: Uint8Array, given: Uint8Array): boolean {
    return Buffer.from(signature(message, this.#received++)).equals(given);
  }

  seal(message: Uint8Array, data: Uint8Array): Uint8Array {
    const signed = this.sign(message);
    toggle(data);
    return signed;
  }

  unseal(message: Uint8Array, data: Uint8Array, given: Uint8Array): boolean {
    toggle(data);
    return this.verify(message, given);
  }
}

/** Three messages end in an auth3, more in an alter_context. */
export function toyClient(level: keyof typeof AUTH_LEVEL, messages: 3 | 4, password = 'right'): ClientSecurity {
  const context =
    messages === 3
      ? new Toy(['hello', password], ['challenge'])
      : new Toy(['hello', password, null], ['challenge', 'welcome']);
  return { type: NTLM_PROTOCOL, level: AUTH_LEVEL[level], context };
}

export function toyServer(messages: 3 | 4): ServerSecurity {
  const toy = new Toy(messages === 3 ? ['challenge', null] : ['challenge', 'welcome'], ['hello', 'right']);
  return Object.assign(toy, { user: 'LAB\\ops' });
}

function signature(message: Uint8Array, number: number): Uint8Array {
  let sum = 0;
  for (const byte of message) sum = (sum * 31 + byte) >>> 0;
  const bytes = new Uint8Array(16);
  new DataView(bytes.buffer).setUint32(0, sum);
  new DataView(bytes.buffer).setUint32(12, number);
  return bytes;
}

function toggle(data: Uint8Array): void {
  for (let i = 0; i < data.length; i++) data[i] = (data[i] as number) ^ 0x5a;
}
