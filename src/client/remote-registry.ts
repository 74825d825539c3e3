import {
  decodeEnumKeyResponse,
  decodeEnumValueResponse,
  decodeKeyResponse,
  decodeQueryValueResponse,
  encodeCloseKeyRequest,
  encodeEnumKeyRequest,
  encodeEnumValueRequest,
  encodeOpenKeyRequest,
  encodeOpenLocalMachineRequest,
  encodeQueryValueRequest,
  type ValueResponse,
  WINREG,
} from '../interface/winreg/index.ts';
import type { ContextHandle } from '../ndr/context-handle.ts';
import { RemoteProtocolError } from '../status/errors.ts';
import { win32Code } from '../status/win32.ts';
import { Win32Error } from '../status/win32-error.ts';
import type { Caller } from './caller.ts';
import { callLimits, type SessionLimits } from './cluster-queries.ts';
import { atStage, isDenied } from './stages.ts';
import { connectTcp, mappedTcpPort, type TcpTarget } from './tcp-session.ts';

/** A value of a remote key: text is UTF-16LE with its terminators. The default value has the name `''`. */
export interface RemoteValue {
  readonly name: string;
  /** REG_SZ 1, REG_DWORD 4, REG_MULTI_SZ 7 and so on. */
  readonly type: number;
  readonly data: Uint8Array;
}

/** Bytes of a value that are asked for at first; a larger one is asked for again. */
const FIRST_SIZE = 4_096;
/** A value that is larger has no business in a report. */
const MAX_SIZE = 1 << 20;
/** A key with more entries is broken or hostile. */
const MAX_ENTRIES = 100_000;

const NOT_FOUND = win32Code('ERROR_FILE_NOT_FOUND');
const MORE_DATA = win32Code('ERROR_MORE_DATA');
const NO_MORE_ITEMS = win32Code('ERROR_NO_MORE_ITEMS');

/** Reads over a connection of its own, to where the endpoint mapper says that the registry is served. */
export async function readRemoteRegistry<T>(
  target: TcpTarget,
  limits: SessionLimits,
  read: (registry: RemoteRegistry) => Promise<T>,
): Promise<T> {
  const port = await mappedTcpPort(target, WINREG, limits);
  await using connection = await connectTcp(target, port, limits, target.logon);
  const registry = await RemoteRegistry.open(connection, limits).catch((error: unknown) => {
    throw isDenied(error) ? atStage(error, 'authenticate') : error;
  });
  return await read(registry);
}

/**
 * HKEY_LOCAL_MACHINE of another machine, read-only ([MS-RRP]). Paths as `SOFTWARE\Microsoft\Rpc\Internet`. Every method throws Win32Error
 * for what the machine refuses, such as ERROR_ACCESS_DENIED, and what a Caller throws.
 */
export class RemoteRegistry {
  readonly #caller: Caller;
  readonly #root: ContextHandle;
  readonly #limits: SessionLimits;

  private constructor(caller: Caller, root: ContextHandle, limits: SessionLimits) {
    this.#caller = caller;
    this.#root = root;
    this.#limits = limits;
  }

  /** @internal */
  static async open(caller: Caller, limits: SessionLimits = {}): Promise<RemoteRegistry> {
    const { stub, littleEndian } = await caller.call(
      WINREG,
      WINREG.operations.OpenLocalMachine,
      encodeOpenLocalMachineRequest(),
      { ...callLimits(limits), name: 'OpenLocalMachine' },
    );
    const { key, status } = decodeKeyResponse(stub, littleEndian);
    if (status !== 0) throw new Win32Error(status, 'OpenLocalMachine');
    return new RemoteRegistry(caller, key, limits);
  }

  /** All values of a key; undefined: there is no such key. */
  values(path: string): Promise<readonly RemoteValue[] | undefined> {
    return this.#entries(path, async (key, index) => {
      const value = await this.#sized('BaseRegEnumValue', decodeEnumValueResponse, (size) =>
        encodeEnumValueRequest(key, index, size),
      );
      return value === null ? null : { name: value.name ?? '', type: value.type, data: value.data };
    });
  }

  /** One value; undefined: there is no such key or value. */
  async value(path: string, name: string): Promise<RemoteValue | undefined> {
    const found = await this.#withKey(path, (key) =>
      this.#sized('BaseRegQueryValue', decodeQueryValueResponse, (size) => encodeQueryValueRequest(key, name, size)),
    );
    return found ? { name, type: found.type, data: found.data } : undefined;
  }

  /** Names of the keys below one; undefined: there is no such key. */
  subKeys(path: string): Promise<readonly string[] | undefined> {
    return this.#entries(path, async (key, index) => {
      const { stub, littleEndian } = await this.#call('BaseRegEnumKey', encodeEnumKeyRequest(key, index));
      const { name, status } = decodeEnumKeyResponse(stub, littleEndian);
      if (status === NO_MORE_ITEMS) return null;
      if (status !== 0) throw new Win32Error(status, 'BaseRegEnumKey');
      return name ?? '';
    });
  }

  /** What `read` gives by its number, until it gives null. */
  #entries<T>(
    path: string,
    read: (key: ContextHandle, index: number) => Promise<T | null>,
  ): Promise<readonly T[] | undefined> {
    return this.#withKey(path, async (key) => {
      const entries: T[] = [];
      for (let index = 0; index < MAX_ENTRIES; index += 1) {
        const entry = await read(key, index);
        if (entry === null) return entries;
        entries.push(entry);
      }
      throw new RemoteProtocolError(`${path} of the remote registry has more than ${MAX_ENTRIES} entries`);
    });
  }

  async #withKey<T>(path: string, read: (key: ContextHandle) => Promise<T>): Promise<T | undefined> {
    const { stub, littleEndian } = await this.#call('BaseRegOpenKey', encodeOpenKeyRequest(this.#root, path));
    const { key, status } = decodeKeyResponse(stub, littleEndian);
    if (status === NOT_FOUND) return undefined;
    if (status !== 0) throw new Win32Error(status, `BaseRegOpenKey ${path}`);
    try {
      return await read(key);
    } finally {
      await this.#call('BaseRegCloseKey', encodeCloseKeyRequest(key));
    }
  }

  /** A value with all its bytes, asked for again where the room was too small; null where there is none. */
  async #sized<T extends ValueResponse>(
    operation: 'BaseRegEnumValue' | 'BaseRegQueryValue',
    decode: (stub: Uint8Array, littleEndian: boolean) => T,
    request: (size: number) => Uint8Array,
  ): Promise<(T & { readonly type: number }) | null> {
    for (let size = FIRST_SIZE; ; ) {
      const { stub, littleEndian } = await this.#call(operation, request(size));
      const answer = decode(stub, littleEndian);
      const { status, type, size: needed } = answer;
      if (status === NO_MORE_ITEMS || status === NOT_FOUND) return null;
      if (status === 0 && type !== null) return { ...answer, type };
      if (status === 0) throw new RemoteProtocolError(`${operation}: a value without a type`);
      if (status !== MORE_DATA || size === MAX_SIZE) throw new Win32Error(status, operation);
      // Samba does not tell how much is needed.
      size = Math.min(MAX_SIZE, needed > size ? needed : 8 * size);
    }
  }

  #call(name: keyof typeof WINREG.operations, stub: Uint8Array) {
    const options = { ...callLimits(this.#limits), name };
    return this.#caller.call(WINREG, WINREG.operations[name], stub, options);
  }
}
