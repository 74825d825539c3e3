import { afterEach, describe, expect, test } from 'vitest';
import { ClusterClient } from '../../src/client/cluster-client.ts';
import { RpcClient } from '../../src/client/rpc-client.ts';
import { EmulatedHost } from '../../src/emulator/host.ts';
import { HOST_PROFILES, type HostProfileName } from '../../src/emulator/host-profiles.ts';
import { parseScenario } from '../../src/emulator/scenario.ts';
import { ApiGetClusterVersion2 } from '../../src/interface/clusapi/index.ts';

const hosts: EmulatedHost[] = [];
const clients: RpcClient[] = [];

afterEach(async () => {
  await Promise.all([...clients.splice(0), ...hosts.splice(0)].map((each) => each.close()));
});

/** A client of the host's Cluster service as it is now. */
async function clientOf({ address, addresses }: EmulatedHost): Promise<ClusterClient> {
  const client = await RpcClient.open({ localAddress: '127.0.0.1' });
  clients.push(client);
  return new ClusterClient(client.bind({ host: address, port: addresses.clusapiUdp ?? 0 }));
}

const DATAGRAM_PROFILES = (Object.keys(HOST_PROFILES) as HostProfileName[]).filter(
  (name) => HOST_PROFILES[name].clusapi === 2,
);

const MIXED = `
# Windows 2000 and Server 2003 in one cluster, while it is being upgraded.
cluster:
  name: CLU1
  nodes:
    - { name: OLD, hostProfile: windows-2000-sp4 }
    - { name: NEW, hostProfile: windows-server-2003 }
  groups:
    - name: files
      owner: NEW
      resources: [Share, { name: Disk, type: Physical Disk, state: offline }]
steps:
  - { at: 10s, nodeDown: OLD }
`;

test('a scenario is YAML, of which JSON is a part', () => {
  const fromYaml = parseScenario(MIXED);
  const fromJson = parseScenario(
    JSON.stringify({ cluster: fromYaml.cluster, steps: [{ at: '10s', nodeDown: 'OLD' }] }),
  );
  expect(fromYaml.cluster).toEqual(fromJson.cluster);
  expect(fromYaml.steps).toMatchObject([{ at: 10_000, text: 'OLD goes down' }]);
});

test.each([
  ['cluster: [', /neither YAML nor JSON.*line 1/s],
  ['cluster: {name: A, name: B, nodes: [N]}', /unique/],
  ['cluster: {name: A, nodes: [{name: N, hostProfile: windows-95}]}', /Invalid input.*nodes\[0\]/s],
  ['a: &a [x]\nb: [*a, *a]', /the scenario: .*"a", "b"/],
])('what is no scenario is told from what is wrong in one: %s', (text, message) => {
  expect(() => parseScenario(text)).toThrow(message);
});

describe('the version that a cluster tells', () => {
  test('is that of the node that answers, and in a mixed cluster what all of them know', async () => {
    const { cluster } = parseScenario(MIXED);
    const host = await EmulatedHost.start({ ...(cluster && { cluster }) });
    hosts.push(host);
    const operational = { highest: 0x00030893, lowest: 0x00030893, flags: 1 };
    const before = await (await clientOf(host)).call(ApiGetClusterVersion2, {});
    expect(before).toMatchObject({ major: 5, minor: 0, csdVersion: 'Service Pack 4', operational });
    await host.nodeDown('OLD');
    const after = await (await clientOf(host)).call(ApiGetClusterVersion2, {});
    expect(after).toMatchObject({ major: 5, minor: 2, build: 3790, csdVersion: '', operational });
  });

  test.each(DATAGRAM_PROFILES)('of %s', async (hostProfile) => {
    const host = await EmulatedHost.start({ hostProfile });
    hosts.push(host);
    const client = await clientOf(host);
    const { major, minor, build, servicePack, highestVersion, lowestVersion, clusterVersion2 } =
      HOST_PROFILES[hostProfile];
    expect(await client.version()).toMatchObject({ major, minor, build, servicePack });
    const second = client.call(ApiGetClusterVersion2, {});
    if (!clusterVersion2) return expect(second).rejects.toMatchObject({ errno: 1745 });
    const operational = { highest: highestVersion, lowest: lowestVersion, flags: 0 };
    return expect(second).resolves.toMatchObject({ operational });
  });
});
