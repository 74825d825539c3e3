import { openCluster } from 'clusrpc';
import { startEmulator } from 'clusrpc/testing';

/** One test of a user's program, written for no test runner in particular: throws when something is not as it should be. */
export async function story(name) {
  const emulator = await startEmulator({
    cluster: { name, nodes: ['NODE1', 'NODE2'] },
    hostProfile: 'windows-2000-sp3',
    client: { profile: 'windows-2000-sp3', ports: '5000-5003' },
    time: 'virtual',
    seed: 7,
  });
  const uninstall = emulator.install();
  try {
    const cluster = await openCluster(name);
    equal(cluster.backend, 'emulated');
    equal(cluster.version.servicePack, 'Service Pack 3');
    equal((await cluster.nodes()).join(), 'NODE1,NODE2');
    await cluster.close();

    emulator.fault({ on: 'ApiOpenCluster', nth: 1, action: { win32: 'ERROR_ACCESS_DENIED' } });
    const denied = await openCluster(name).then(
      () => null,
      (error) => error,
    );
    equal(denied?.code, 'ERROR_ACCESS_DENIED');
    equal(denied?.errno, 5);
    equal(emulator.calls('ApiOpenCluster').length, 2);
    await emulator.advance('10m');
    equal(emulator.ports.snapshot().inUse, 0);
  } finally {
    uninstall();
    await emulator.close();
  }
}

function equal(actual, expected) {
  if (actual !== expected) throw new Error(`${JSON.stringify(actual)} instead of ${JSON.stringify(expected)}`);
}
