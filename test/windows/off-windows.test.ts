import { describe, expect, test } from 'vitest';
import { doctorFacts } from '../../src/windows/doctor.ts';
import { ffiClusterApi } from '../../src/windows/ffi/ffi-cluster.ts';
import { liveFileVersion } from '../../src/windows/file-version.ts';
import { nativeClusterApi, nativeStats } from '../../src/windows/native-cluster.ts';
import { livePortLimits, livePorts } from '../../src/windows/port-table.ts';
import { registryKeys, registryValues } from '../../src/windows/registry.ts';

const ENTRY_POINTS: Record<string, () => unknown> = {
  nativeClusterApi: () => nativeClusterApi(),
  ffiClusterApi: () => ffiClusterApi(),
  nativeStats: () => nativeStats(),
  registryValues: () => registryValues('HKEY_LOCAL_MACHINE\\SOFTWARE'),
  registryKeys: () => registryKeys('HKEY_LOCAL_MACHINE\\SOFTWARE'),
  liveFileVersion: () => liveFileVersion('C:\\x.dll'),
  livePorts: () => livePorts(),
  livePortLimits: () => livePortLimits(),
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
