import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { EmulatedHost } from '../../src/emulator/host.ts';
import type { HostProfileName } from '../../src/emulator/host-profiles.ts';
import { dwordValue, multiStringValue, stringValue } from '../../src/reg/value.ts';
import { writeReg } from '../../src/reg/write.ts';
import type { AuditReport } from '../../src/report/audit.ts';
import { auditListSchema, auditSchema } from '../../src/report/schema/index.ts';
import { type MadeSystem, madeDll, makeDrive, softwareHive, systemHive } from '../evidence/made-drive.ts';
import { cli } from './in-process.ts';

const directory = mkdtempSync(join(tmpdir(), 'clusrpc-audit-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));
const hosts: EmulatedHost[] = [];
afterEach(async () => {
  await Promise.all(hosts.splice(0).map((host) => host.close()));
});

let count = 0;
const place = (name: string): string => join(directory, `${count++}-${name}`);
const drive = (system?: MadeSystem): string => makeDrive(place('drive'), system);

/** A document that the schema knows, with its exit code. */
async function audit(...words: readonly string[]): Promise<{ code: number; report: AuditReport }> {
  const { code, stdout, stderr } = await cli(['audit', ...words, '--json']);
  expect(stderr).toBe('');
  const report = JSON.parse(stdout) as AuditReport;
  expect(auditSchema.parse(report)).toEqual(report);
  return { code, report };
}

describe('a system drive with names in mixed case', () => {
  test('unfixed with limited ports is exit 1, and every fact has its source', async () => {
    const { code, report } = await audit(drive({ ports: ['5000-5019'] }));
    expect(code).toBe(1);
    expect(report.kb814622).toMatchObject({ verdict: 'affected', exposure: 'limited-ports', contradictions: [] });
    expect(report.system).toMatchObject({
      name: 'NODE1',
      version: '5.0',
      build: 2195,
      servicePack: 3,
      edition: 'Advanced Server',
    });
    expect(report.files).toHaveLength(4);
    expect(report.files[1]).toMatchObject({
      name: 'rpcrt4.dll',
      version: '5.0.2195.6089',
      match: 'older',
      modifiedUtc: '2003-03-18T21:33:00.000Z',
    });
    expect(report.portConfig?.pool.size).toBe(20);
    expect(report.gaps).toEqual([]);
    expect(report.kb814622.because.join('\n')).toMatch(/ControlSet002|CurrentVersion\\CSDVersion/);
  });

  test('the files of the article are exit 0', async () => {
    const { code, report } = await audit(drive({ revision: 6662, hotfix: 'Q814622' }));
    expect(code).toBe(0);
    expect(report.kb814622).toMatchObject({ verdict: 'fixed', exposure: 'unlimited' });
    expect(report.files.map((file) => file.match)).toEqual(['exact', 'exact', 'exact', 'exact']);
  });

  test('a replacement that waits for a restart is a contradiction', async () => {
    const pending = ['\\??\\C:\\WINNT\\system32\\new.tmp', '!\\??\\C:\\WINNT\\system32\\rpcrt4.dll'];
    const { report } = await audit(drive({ pending }));
    expect(report.kb814622.contradictions.join()).toMatch(/waits to replace rpcrt4.dll/);
    expect(report.advice[0]).toMatch(/Restart/);
  });

  test('the system root itself serves as well, and a directory that is none is exit 2', async () => {
    expect((await audit(join(drive(), 'WinNT'))).code).toBe(1);
    const empty = place('empty');
    mkdirSync(empty);
    const { code, stderr } = await cli(['audit', empty]);
    expect(code).toBe(2);
    expect(stderr).toMatch(/is no system root/);
  });

  test('a damaged hive is a gap, and the files decide alone', async () => {
    const path = drive();
    writeFileSync(join(path, 'WinNT/System32/Config/SOFTWARE'), 'rubbish');
    const { code, report } = await audit(path);
    expect(code).toBe(1);
    expect(report.gaps).toEqual([
      expect.objectContaining({
        what: 'SOFTWARE hive',
        reason: expect.stringMatching(/offset 0x0: not a registry hive/),
      }),
    ]);
    expect(report.kb814622.exposure).toBe('unknown');
  });
});

describe('single sources', () => {
  test('two hives tell service pack, registration and ports, and that no file was seen', async () => {
    const [software, system] = [place('software'), place('system')];
    writeFileSync(software, softwareHive({ ports: ['5000-5099'] }));
    writeFileSync(system, systemHive({}));
    const { code, report } = await audit('--hive', software, '--hive', system);
    expect(code).toBe(1);
    expect(report.kb814622).toMatchObject({ verdict: 'affected', exposure: 'limited-ports' });
    expect(report.files).toEqual([]);
    expect(report.kb814622.because.join('\n')).toMatch(/rpcrt4.dll was not seen; Service Pack 3 is installed/);
  });

  test('a registry export speaks of what it holds and of nothing else', async () => {
    const path = place('export.reg');
    const root = 'HKEY_LOCAL_MACHINE\\';
    const values = [
      multiStringValue('Ports', ['5000-5099']),
      stringValue('PortsInternetAvailable', 'Y'),
      stringValue('UseInternetPorts', 'Y'),
    ];
    writeFileSync(
      path,
      writeReg([
        {
          path: `${root}SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion`,
          values: [stringValue('CurrentVersion', '5.0'), stringValue('CSDVersion', 'Service Pack 4')],
        },
        { path: `${root}SYSTEM\\CurrentControlSet\\Control\\Windows`, values: [dwordValue('CSDVersion', 0x400)] },
        { path: `${root}SOFTWARE\\Microsoft\\Rpc\\Internet`, values },
      ]),
    );
    const { code, report } = await audit('--reg', path);
    expect(code).toBe(0);
    expect(report.kb814622).toMatchObject({ verdict: 'fixed', exposure: 'limited-ports' });
    expect((await audit(path)).report.kb814622).toEqual(report.kb814622);
  });

  test('DLLs alone tell the verdict, and not the exposure', async () => {
    const path = place('dlls');
    mkdirSync(path);
    for (const name of ['ole32.dll', 'rpcrt4.dll', 'rpcss.dll'])
      writeFileSync(join(path, name), madeDll(name, name === 'rpcrt4.dll' ? 7085 : 6089));
    const { code, report } = await audit('--system32', path);
    expect(code).toBe(1);
    expect(report.kb814622).toMatchObject({ verdict: 'partly', exposure: 'unknown' });
  });

  test.each([
    ['windows-2000-sp3', 3, 'unknown'],
    ['windows-2000-sp4', 0, 'fixed'],
    ['windows-server-2003', 0, 'not-applicable'],
  ] as const)(
    'a host over the wire tells its service pack: %s',
    async (hostProfile: HostProfileName, exit, verdict) => {
      const host = await EmulatedHost.start({ hostProfile });
      hosts.push(host);
      const { host: name, epmUdp } = host.addresses;
      const { code, report } = await audit('--host', name, '--epm-port', String(epmUdp));
      expect({ code, verdict: report.kb814622.verdict }).toEqual({ code: exit, verdict });
      expect(report.gaps.map((gap) => gap.what)).toEqual(['file versions', 'registry']);
    },
  );

  test('a broken hive, no source and --live away from Windows are exit 2 and say why', async () => {
    const path = place('hive');
    writeFileSync(path, softwareHive({}).subarray(0, 3000));
    expect(await cli(['audit', '--hive', path])).toMatchObject({ code: 2, stderr: expect.stringMatching(/offset/) });
    expect(await cli(['audit'])).toMatchObject({ code: 2, stderr: expect.stringMatching(/which installation/) });
    expect(await cli(['audit', '--live'])).toMatchObject({ code: 2, stderr: expect.stringMatching(/this is/) });
    expect(await cli(['audit', join(directory, 'nowhere')])).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/nowhere/),
    });
  });
});

describe('forms of the answer', () => {
  test('the text has the verdict, the table of files and both times', async () => {
    const { stdout } = await cli(['audit', drive({ ports: ['5000-5019'] })]);
    expect(stdout).toMatch(/Verdict +affected: This installation leaks/);
    expect(stdout).toMatch(
      /rpcrt4\.dll .* 5\.0\.2195\.6089 .* 2003-03-18 21:33 UTC \(2003-.*\) .* 5\.0\.2195\.6662, 432400 bytes.* older/,
    );
  });

  test('the text names each source once, as a footnote', async () => {
    const { stdout } = await cli(['audit', '--reg', join('test', 'fixtures', 'reg', 'windows-2000-sp3.reg')]);
    expect(stdout).toMatch(
      /Service Pack 3 is installed²$[\s\S]*ole32\.dll was not seen; Service Pack 3 is installed², and/m,
    );
    expect(stdout.match(/CurrentVersion\\CSDVersion/g)).toHaveLength(1);
    expect(stdout).toMatch(/^Sources +¹ export .*windows-2000-sp3\.reg, SOFTWARE.*CurrentBuildNumber$/m);
  });

  test('a beta of Windows 2000 is called so, and no Windows 2000', async () => {
    const reg = place('beta.reg');
    const values = [stringValue('CurrentVersion', '5.0'), stringValue('CurrentBuildNumber', '2128')];
    writeFileSync(
      reg,
      writeReg([{ path: 'HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion', values }]),
    );
    const { stdout } = await cli(['audit', '--reg', reg]);
    expect(stdout).toMatch(/^System +a beta of Windows 2000, build 2128,/m);
    expect(stdout).toMatch(/^Verdict +not-applicable: .*: this is not Windows 2000\.$/m);
  });

  test('many targets: a table of comma-separated values, and one that cannot be read ends nothing', async () => {
    const list = place('targets');
    writeFileSync(
      list,
      `# our servers\n${drive({ revision: 6662 })}\n${drive()} # old\n${join(directory, 'nowhere')}\n`,
    );
    const { code, stdout } = await cli(['audit', '--targets', list, '--csv']);
    expect(code).toBe(1);
    const [head, ...lines] = stdout.trim().split('\r\n');
    expect(head).toMatch(/^target,name,version/);
    expect(lines.map((line) => /affected|fixed|unknown/.exec(line)?.[0])).toEqual(['fixed', 'affected', 'unknown']);
    const json = JSON.parse((await cli(['audit', '--targets', list, '--json'])).stdout);
    expect(auditListSchema.parse(json).results).toHaveLength(3);
  });

  test('no control character of a name reaches a table or a line for Nagios', async () => {
    const path = join(place('a\u001b[31m\u0007\nb'), 'drive');
    makeDrive(path);
    for (const form of ['--csv', '--nagios']) {
      const { stdout } = await cli(['audit', path, form]);
      expect(stdout.trim().replaceAll('\r\n', '')).not.toMatch(/\p{Cc}/u);
    }
  });

  test('--nagios has one line and its own exit codes', async () => {
    const limited = await cli(['audit', drive({ ports: ['5000-5019'] }), '--nagios']);
    expect(limited).toMatchObject({
      code: 2,
      stdout: expect.stringMatching(/^CLUSRPC CRITICAL - .*drive affected, limited-ports \| ports=20;;;0\n$/),
    });
    expect(await cli(['audit', drive(), '--nagios'])).toMatchObject({ code: 1 });
    expect(await cli(['audit', drive({ revision: 7000 }), '--nagios'])).toMatchObject({ code: 0 });
  });

  test('--baseline says what has changed', async () => {
    const path = drive({ ports: ['5000-5019'] });
    const baseline = place('old.json');
    writeFileSync(baseline, (await cli(['audit', path, '--json'])).stdout);
    expect((await audit(path, '--baseline', baseline)).report.changes).toEqual([]);
    makeDrive(path, { revision: 6662, ports: ['5000-5099'] });
    const { report } = await audit(path, '--baseline', baseline);
    expect(report.changes).toContainEqual({ what: 'verdict', before: 'affected', after: 'fixed' });
    expect(report.changes).toContainEqual({
      what: 'rpcrt4.dll (running)',
      before: '5.0.2195.6089',
      after: '5.0.2195.6662',
    });
    expect(report.changes).toContainEqual({ what: 'RPC ports', before: '5000-5019', after: '5000-5099' });
    writeFileSync(baseline, '{}');
    expect(await cli(['audit', path, '--baseline', baseline])).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/no document of audit/),
    });
  });

  test('--html is one page without a script, and names out of the registry cannot break out of it', async () => {
    const path = drive({ ports: ['<script>alert(1)</script>\u202e', '5000'] });
    const page = place('page.html');
    await cli(['audit', path, '--html', page]);
    const html = readFileSync(page, 'utf8');
    expect(html).not.toMatch(/<script|src=|href=|@import|url\(/);
    expect(html).toContain('&lt;script&gt;');
    expect(html).not.toContain('\u202e');
  });
});

test('ports takes a drive, hives and a collector folder as its source', async () => {
  const limited = await cli(['ports', drive({ ports: ['5000-5019'] }), '--json']);
  expect(JSON.parse(limited.stdout)).toMatchObject({ valid: true, pool: { size: 20, kind: 'configured' } });
  const free = await cli(['ports', drive(), '--json']);
  expect(JSON.parse(free.stdout)).toMatchObject({ valid: true, policy: null, pool: { kind: 'dynamic', size: 3976 } });
  const system = place('system');
  writeFileSync(system, systemHive({}));
  expect(await cli(['ports', '--hive', system])).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/does not show the port configuration/),
  });
});
