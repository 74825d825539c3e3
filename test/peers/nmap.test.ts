import { readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Emulated, emulateInNamespace } from './namespace.ts';
import { need, scratch } from './tools.ts';

const directory = scratch();
let [old, recent, quiet]: Emulated[] = [];
beforeAll(async () => {
  need('nmap');
  [old, recent, quiet] = await Promise.all([
    emulateInNamespace(['--host-profile', 'windows-2000-sp3']),
    emulateInNamespace(['--host-profile', 'windows-server-2016']),
    emulateInNamespace(['--other-versions', 'drop']),
  ]);
});
afterAll(async () => {
  await Promise.all([old?.stop(), recent?.stop(), quiet?.stop()]);
  directory.remove();
});

/** `open msrpc` and what nmap knows of it. */
async function scan(emulated: Emulated | undefined, options: readonly string[]): Promise<string | undefined> {
  const { output } = (await emulated?.run('nmap', ['-n', '-Pn', '-sV', ...options, '127.0.0.1'])) ?? { output: '' };
  return /^135\/(?:tcp|udp)\s+(.*?)\s*$/m.exec(output)?.[1]?.replace(/\s+/g, ' ');
}

/**
 * Of nmap's own probes the one whose answer it knows of Windows' datagrams: it sends a dozen others before, which are rejected too, and
 * waits five seconds for more after each.
 */
function kerberosProbe(): string {
  const all = readFileSync('/usr/share/nmap/nmap-service-probes', 'latin1');
  const start = all.indexOf('Probe UDP Kerberos ');
  const file = directory.file('probes');
  writeFileSync(file, all.slice(start, all.indexOf('NEXT PROBE', start)), 'latin1');
  return file;
}

test('nmap -sV takes TCP 135 for the endpoint mapper of Windows', async () => {
  expect(await scan(recent, ['-sT', '-p', 'T:135'])).toBe('open msrpc Microsoft Windows RPC');
});

test('nmap -sV takes UDP 135 for msrpc by the reject that it knows of Windows', async () => {
  const options = ['-sU', '-p', 'U:135', '--versiondb', kerberosProbe()];
  expect(await scan(old, options)).toBe('open msrpc Microsoft RPC');
});

test('where other versions are dropped, nmap cannot tell', async () => {
  const options = ['-sU', '-p', 'U:135', '--versiondb', kerberosProbe()];
  expect(await scan(quiet, options)).toBe('open|filtered msrpc');
});
