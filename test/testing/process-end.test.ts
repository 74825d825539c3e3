import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const run = promisify(execFile);

/** Runs TypeScript in a process of its own; rejects when it does not end by itself. */
async function output(script: string): Promise<string> {
  const args = ['--import', 'tsx', '--input-type=module', '--eval', script];
  const { stdout } = await run(process.execPath, args, { cwd: ROOT, timeout: 30_000 });
  return stdout.trim();
}

test.each(['real', 'virtual'])(
  'a program on %s time ends by itself after close, whatever it has left open',
  async (time) => {
    const text = await output(`
    import { startEmulator } from './src/testing.ts';
    const emulator = await startEmulator({ time: '${time}', client: { ports: '5000-5009' } });
    const left = await emulator.open('CLUSTER1');
    await (await emulator.open('CLUSTER1')).close();
    console.log(left.name, JSON.stringify(emulator.ports.snapshot()));
    await emulator.close();
  `);
    expect(text).toBe('CLUSTER1 {"pool":10,"inUse":1,"closing":1,"recycled":0,"leaked":0}');
  },
);

test('a port that is closing for 240 s does not keep its program alive', async () => {
  const text = await output(`
    import { ClientMachine } from './src/emulator/client-machine.ts';
    import { EmulatedHost } from './src/emulator/host.ts';
    const host = await EmulatedHost.start();
    const machine = new ClientMachine({ hosts: [host], address: '127.0.0.9' });
    const session = await machine.open('CLUSTER1');
    await session.close();
    await host.close();
    console.log(machine.snapshot().closing);
  `);
  expect(text).toBe('1');
});

test('a handle that is open keeps its program alive', async () => {
  const started = output(`
    import { ClientMachine } from './src/emulator/client-machine.ts';
    import { EmulatedHost } from './src/emulator/host.ts';
    const host = await EmulatedHost.start();
    const machine = new ClientMachine({ hosts: [host], address: '127.0.0.10' });
    await machine.open('CLUSTER1');
    await host.close();
    process.on('beforeExit', () => console.log('ended by itself'));
    setTimeout(() => { console.log('was kept alive'); process.exit(0); }, 300).unref();
  `);
  expect(await started).toBe('was kept alive');
});
