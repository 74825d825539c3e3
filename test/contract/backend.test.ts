import { afterAll, beforeAll, describe, test } from 'vitest';
import { EmulatedHost } from '../../src/emulator/host.ts';
import { type Emulator, type EmulatorFault, startEmulator } from '../../src/testing.ts';
import { CONTRACT, type Subject } from './contract.ts';

const DENIED = { on: 'ApiOpenCluster', action: { win32: 'ERROR_ACCESS_DENIED' } } as const satisfies EmulatorFault;
const SILENT = { on: 'ApiOpenCluster', action: 'drop' } as const satisfies EmulatorFault;

describe('wire keeps what openCluster promises:', () => {
  let host: EmulatedHost;
  let subject: Subject;
  beforeAll(async () => {
    host = await EmulatedHost.start({});
    subject = {
      backend: 'wire',
      target: host.address,
      options: { endpointMapperPort: host.addresses.epmUdp ?? 0 },
      refuse: () => host.faults.add(DENIED),
      hang: () => host.faults.add(SILENT),
    };
  });
  afterAll(() => host.close());

  test.each(CONTRACT)('$name', ({ check }) => check(subject));
});

describe('emulated keeps what openCluster promises:', () => {
  let emulator: Emulator;
  let subject: Subject;
  beforeAll(async () => {
    emulator = await startEmulator({ client: { ports: '5000-5099' } });
    emulator.install();
    subject = {
      backend: 'emulated',
      target: 'CLUSTER1',
      refuse: () => emulator.fault(DENIED),
      hang: () => emulator.fault(SILENT),
    };
  });
  afterAll(() => emulator.close());

  test.each(CONTRACT)('$name', ({ check }) => check(subject));
});
