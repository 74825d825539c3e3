import { describe, expect, test } from 'vitest';
import {
  doctorFacts,
  ffiClusterApi,
  liveDynamicPorts,
  liveFileVersion,
  liveHotfixes,
  livePorts,
  liveRpcPorts,
  liveWindowsVersion,
  nativeClusterApi,
  nativeStats,
  registryKeys,
  registryValue,
} from '../../src/windows/index.ts';

const ENTRY_POINTS: Record<string, () => unknown> = {
  nativeClusterApi: () => nativeClusterApi(),
  ffiClusterApi: () => ffiClusterApi(),
  nativeStats: () => nativeStats(),
  registryValue: () => registryValue('HKEY_LOCAL_MACHINE\\SOFTWARE', ''),
  registryKeys: () => registryKeys('HKEY_LOCAL_MACHINE\\SOFTWARE'),
  liveRpcPorts: () => liveRpcPorts(),
  liveWindowsVersion: () => liveWindowsVersion(),
  liveHotfixes: () => liveHotfixes(),
  liveFileVersion: () => liveFileVersion('C:\\x.dll'),
  livePorts: () => livePorts(),
  liveDynamicPorts: () => liveDynamicPorts(),
};

describe.skipIf(process.platform === 'win32')('off Windows', () => {
  for (const [name, call] of Object.entries(ENTRY_POINTS)) {
    test(`${name} fails with an error that names the reason and the alternative`, async () => {
      await expect((async () => call())()).rejects.toMatchObject({
        code: 'ERR_CLUSRPC_UNAVAILABLE_BACKEND',
        message: expect.stringContaining(`this is ${process.platform}`),
        advice: expect.stringContaining("backend 'wire'"),
      });
    });
  }

  test('doctor says what is there and what is not, and throws nothing', async () => {
    const facts = await doctorFacts();
    const available = Object.fromEntries(facts.backends.map((fact) => [fact.name, fact.available]));
    expect(available).toEqual({
      native: false,
      'clusapi.dll': false,
      'ffi (ffi-napi)': false,
      'ffi (koffi)': false,
      wire: true,
      emulated: true,
    });
    expect(facts.backends.find(({ name }) => name === 'native')?.advice).toContain("backend 'wire'");
    expect(facts.peers.map(({ name }) => name)).toEqual(['tshark', 'smbclient']);
  });
});
