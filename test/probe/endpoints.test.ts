import { expect, test } from 'vitest';
import { uuid } from '../../src/bytes/uuid.ts';
import { terminalText } from '../../src/cli/terminal-text.ts';
import { endpoints } from '../../src/probe/index.ts';
import { endpointsText } from '../../src/report/endpoints-text.ts';
import { endpointsSchema } from '../../src/report/schema/index.ts';
import { startDevice, startHost } from './rows.ts';

const CLUSAPI = 'b97db8b2-4c63-11cf-bff6-08002be23f2f';
const OTHER = '12345678-1234-abcd-ef00-0123456789ab';

test('what the mapper offers is listed with names, versions, endpoints and annotations', async () => {
  const { emulated, host, mapperPort, close } = await startHost();
  for (let port = 2001; port <= 2009; port++) register(emulated, port);
  const document = await endpoints(host, { endpointMapperPort: mapperPort });
  const { clusapiUdp } = emulated.addresses;
  await close();
  expect(endpointsSchema.parse(document)).toEqual(document);
  expect(document).toMatchObject({
    schema: 'clusrpc/endpoints/1',
    target: host,
    mapper: { host, port: mapperPort },
    answeredFrom: { host, port: mapperPort },
    semantics: 'at-most-once',
  });
  const [clusapi, ...others] = document.entries;
  expect(clusapi).toEqual({
    interface: { uuid: CLUSAPI, name: 'clusapi', version: { major: 2, minor: 0 } },
    protocol: 'ncadg_ip_udp',
    address: host,
    port: clusapiUdp,
    pipe: null,
    annotation: '',
    object: null,
  });
  expect(others.map(({ port, annotation }) => [port, annotation])).toEqual(
    Array.from({ length: 9 }, (_, i) => [2001 + i, `service ${2001 + i}`]),
  );
  expect(others[0]?.interface).toEqual({ uuid: OTHER, name: null, version: { major: 1, minor: 3 } });
});

test('a lost answer costs no entry', async () => {
  const { emulated, host, mapperPort, close } = await startHost({}, { on: 'response', nth: 3, action: 'drop' });
  for (let port = 2001; port <= 2009; port++) register(emulated, port);
  const { entries } = await endpoints(host, { endpointMapperPort: mapperPort });
  expect(entries).toHaveLength(10);
  await close();
});

test('where callbacks are blocked the mapper is asked idempotently, and the document says so', async () => {
  const { emulated, host, mapperPort, close } = await startHost({ faults: 'callback-drop=1' });
  register(emulated, 2001);
  const options = { endpointMapperPort: mapperPort, stageTimeout: 500, transport: 'udp' } as const;
  const document = await endpoints(host, options);
  expect(document.semantics).toBe('idempotent');
  expect(document.entries).toHaveLength(2);
  expect(endpointsText(document)).toContain('may be missing');
  await expect(endpoints(host, { ...options, semantics: 'at-most-once' })).rejects.toMatchObject({
    code: 'ERR_CLUSRPC_TIMEOUT',
  });
  await close();
});

test('asked idempotently from the start, no callback is drawn', async () => {
  const { emulated, host, mapperPort, close } = await startHost();
  const { semantics } = await endpoints(host, { endpointMapperPort: mapperPort, semantics: 'idempotent' });
  expect(semantics).toBe('idempotent');
  expect(emulated.counters.callbacks).toBe(0);
  await close();
});

test('a refusal is an error at once, with stage and advice', async () => {
  const { host, mapperPort, close } = await startHost();
  await close();
  const endless = { timeout: 100_000, stageTimeout: 100_000 };
  await expect(endpoints(host, { endpointMapperPort: mapperPort, ...endless })).rejects.toMatchObject({
    stage: 'mapper-reachable',
    message: expect.stringContaining('ECONNREFUSED'),
    advice: expect.stringContaining(String(mapperPort)),
  });
});

test('silence is a time-out with the three look-alikes', async () => {
  const { host, mapperPort, close } = await startHost({ faults: 'drop=1' });
  const options = { endpointMapperPort: mapperPort, stageTimeout: 300, transport: 'udp' } as const;
  await expect(endpoints(host, options)).rejects.toMatchObject({
    stage: 'mapper-reachable',
    code: 'ERR_CLUSRPC_TIMEOUT',
    advice: expect.stringContaining('no datagram RPC'),
  });
  await close();
});

test('where UDP is silent, or nothing listens there, the mapper is asked over TCP', async () => {
  for (const silent of [{ faults: 'drop=1' }, { hostProfile: 'windows-server-2016' }] as const) {
    const { host, mapperPort, close } = await startHost(silent);
    const document = await endpoints(host, { endpointMapperPort: mapperPort, stageTimeout: 2_000 });
    expect(document).toMatchObject({ over: 'tcp', entries: [{ interface: { name: 'clusapi' } }] });
    expect(endpointsText(document)).toContain(`TCP port ${mapperPort}`);
    await close();
  }
});

test('a mapper that is silent over UDP and refuses connections fails by both', async () => {
  const { host, mapperPort, close } = await startHost({ faults: 'drop=1', streams: null });
  await expect(endpoints(host, { endpointMapperPort: mapperPort, stageTimeout: 600 })).rejects.toMatchObject({
    stage: 'mapper-reachable',
    message: expect.stringMatching(/and over TCP: .*refuses/),
  });
  await close();
});

test('a mapper that refuses the lookup is an error of its stage', async () => {
  const rule = { on: 'ept_lookup', action: { reject: 'nca_s_server_too_busy' } } as const;
  const { host, mapperPort, close } = await startHost({}, rule);
  await expect(endpoints(host, { endpointMapperPort: mapperPort })).rejects.toMatchObject({
    stage: 'mapper-answers',
    code: 'RPC_S_SERVER_TOO_BUSY',
  });
  await close();
});

test('an abort ends the lookup with its reason', async () => {
  const { host, mapperPort, close } = await startHost({ faults: 'drop=1' });
  const controller = new AbortController();
  const reason = new Error('enough');
  const looking = endpoints(host, { endpointMapperPort: mapperPort, signal: controller.signal });
  setTimeout(() => controller.abort(reason), 30);
  await expect(looking).rejects.toBe(reason);
  await close();
});

test('the text is a table, and control characters of the other side stay out of it', async () => {
  const { emulated, host, mapperPort, close } = await startHost();
  register(emulated, 2001, 'evil\u001b[31m');
  const text = terminalText(endpointsText(await endpoints(host, { endpointMapperPort: mapperPort })));
  await close();
  expect(text).toContain(`2 endpoints at the mapper of ${host}, UDP port ${mapperPort}`);
  expect(text).toMatch(/^clusapi +2\.0 +ncadg_ip_udp +127\.0\.0\.1:\d+$/m);
  expect(text).toMatch(
    new RegExp(`^${OTHER} +1\\.3 +ncadg_ip_udp +127\\.0\\.0\\.1:2001 +evil\\\\u\\{1b\\}\\[31m$`, 'm'),
  );
});

test.each([
  ['two hosts', {}],
  ['127.0.0.1', { endpointMapperPort: -1 }],
  ['127.0.0.1', { localPorts: 'all' }],
])('%j with %j is wrong input', async (host, options) => {
  await expect(endpoints(host, options)).rejects.toMatchObject({ code: 'ERR_CLUSRPC_INVALID_OPTION' });
});

type Emulated = Awaited<ReturnType<typeof startHost>>['emulated'];

function register(emulated: Emulated, port: number, annotation = `service ${port}`): void {
  const id = { uuid: uuid(OTHER), version: { major: 1, minor: 3 } };
  emulated.register({ interface: id, protocol: 'ncadg_ip_udp', port, annotation, server: null });
}

test('a host that answers RPC but drops ept_lookup is neither called down nor old', async () => {
  const { host, mapperPort, close } = await startDevice();
  const asking = endpoints(host, { endpointMapperPort: mapperPort, stageTimeout: 400 });
  await expect(asking).rejects.toMatchObject({
    stage: 'mapper-answers',
    advice: expect.stringMatching(/An RPC server answers at that port, but not ept_lookup/),
  });
  await close();
});

test('what was asked idempotently because the caller said so blames no callback', async () => {
  const { host, mapperPort, close } = await startHost();
  const document = await endpoints(host, { endpointMapperPort: mapperPort, semantics: 'idempotent' });
  await close();
  expect(endpointsText(document)).not.toMatch(/do not arrive/);
});

test.each(['010.0.0.1', '127.1', '0x7f.0.0.1', '2130706433', '127.0.0.010'])(
  '%s is no spelling of an address that all programs read alike, and is refused',
  async (name) => {
    await expect(endpoints(name)).rejects.toMatchObject({
      stage: 'resolve',
      advice: expect.stringContaining('without leading zeros'),
    });
  },
);
