import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { audit } from '../../src/audit.ts';
import { COLLECTED, COLLECTED_KEYS } from '../../src/evidence/collector-script.ts';
import { cli } from '../cli/in-process.ts';
import { madeDll, makeDrive, softwareHive } from './made-drive.ts';

const directory = mkdtempSync(join(tmpdir(), 'clusrpc-folders-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));
let count = 0;
const place = (name: string): string => join(directory, `${count++}-${name}`);

/** A drive of Service Pack 4 whose rpcrt4.dll is what `make` leaves. */
function driveWith(make: (path: string) => void): string {
  const drive = makeDrive(place('drive'), { servicePack: 4, revision: 6717 });
  const path = join(drive, 'WinNT/System32/rpcrt4.dll');
  rmSync(path);
  make(path);
  return drive;
}

describe('an rpcrt4.dll that was looked for is never inferred from the service pack:', () => {
  test.each([
    ['of no bytes', (path: string) => writeFileSync(path, ''), 'unreadable', /does not begin with "MZ"/],
    ['of garbage', (path: string) => writeFileSync(path, 'garbage'), 'unreadable', /does not begin with "MZ"/],
    ['that is missing', () => {}, 'absent', /no such file/],
    ['that is a link to nowhere', (path: string) => symlinkSync('nowhere', path), 'unreadable', /no such file/],
    ['that is a link to itself', (path: string) => symlinkSync('rpcrt4.dll', path), 'unreadable', /lead nowhere/],
    ['that is a directory', (path: string) => mkdirSync(path), 'unreadable', /it is a directory/],
  ])('%s', async (_, make, match, problem) => {
    const { kb814622, files } = await audit([{ kind: 'path', path: driveWith(make) }]);
    const file = files.find(({ name, place: where }) => name === 'rpcrt4.dll' && where === 'running');
    expect(file).toMatchObject({ match, problem: expect.stringMatching(problem) });
    expect(kb814622.verdict).toBe('unknown');
    expect(kb814622.because.join()).not.toMatch(/have the correction/);
  });

  test('and one of many targets that has such a file is one row', async () => {
    const [bad, good] = [
      driveWith((path) => symlinkSync('rpcrt4.dll', path)),
      makeDrive(place('drive'), { revision: 6717 }),
    ];
    const list = place('targets');
    writeFileSync(list, `${bad}\n${good}\n`);
    const { code, stdout } = await cli(['audit', '--targets', list, '--json']);
    expect(code).toBe(3);
    expect(JSON.parse(stdout).results.map((row: { kb814622: { verdict: string } }) => row.kb814622.verdict)).toEqual([
      'unknown',
      'fixed',
    ]);
  });
});

test('a directory that cannot be read is not one without the files', async () => {
  const path = place('dlls');
  symlinkSync(path, path);
  const refused = await cli(['audit', path]);
  expect(refused).toMatchObject({ code: 2, stderr: expect.stringMatching(/symbolic links that lead nowhere/) });
  const drive = makeDrive(place('drive'), { revision: 6717 });
  rmSync(join(drive, 'WinNT/System32/DllCache'), { recursive: true });
  symlinkSync('DllCache', join(drive, 'WinNT/System32/DllCache'));
  const { files, kb814622 } = await audit([{ kind: 'path', path: drive }]);
  expect(files.filter((file) => file.place === 'dllcache').map(({ problem }) => problem)).toEqual(
    Array(3).fill(expect.stringMatching(/DllCache cannot be read/)),
  );
  expect(kb814622.verdict).toBe('fixed');
});

test('a folder with a hive alone is refused with the source to give instead', async () => {
  const path = place('hives');
  mkdirSync(path);
  writeFileSync(join(path, 'software'), softwareHive({}));
  const refused = await cli(['audit', path]);
  expect(refused.code).toBe(2);
  expect(refused.stderr.split(path)).toHaveLength(3);
  expect(refused.stderr).toMatch(/is no system root[\s\S]*A hive is a source of its own: give .*hives\/software\.\n$/);
});

test('a text that begins like a hive is not called one, and a path stands once in a refusal', async () => {
  const path = place('regfexport-text.txt');
  writeFileSync(path, 'regfexport 20201007\n\nKey path: ROOT\n'.repeat(200));
  for (const words of [
    ['audit', path],
    ['audit', '--hive', path],
    ['audit', '--reg', path],
  ]) {
    const { code, stderr } = await cli(words);
    expect(code).toBe(2);
    expect(stderr).not.toMatch(/is a registry hive|version \d/);
    expect(stderr.split(path)).toHaveLength(2);
  }
});

test('hundreds of warnings that differ in their place are one, with their count', async () => {
  const path = place('odd.reg');
  const lines = Array.from({ length: 500 }, (_, i) => `nonsense ${i}`);
  writeFileSync(path, `REGEDIT4\r\n\r\n[HKEY_LOCAL_MACHINE\\SOFTWARE]\r\n${lines.join('\r\n')}\r\n`);
  const { warnings } = await audit([{ kind: 'reg', path }]);
  expect(warnings).toEqual([
    expect.stringMatching(/line 4: neither a key nor a value: ignored \(and 499 more like this\)$/),
  ]);
});

describe('a folder of the collector', () => {
  function folder(): string {
    const path = place('facts');
    mkdirSync(join(path, COLLECTED.running), { recursive: true });
    writeFileSync(join(path, COLLECTED.marker), COLLECTED.markerLine);
    writeFileSync(join(path, COLLECTED.version), '\r\nMicrosoft Windows 2000 [Version 5.00.2195]\r\n');
    writeFileSync(join(path, COLLECTED.settings), 'COMPUTERNAME=NODE1\r\nSystemRoot=C:\\WINNT\r\n');
    for (const name of ['ole32.dll', 'rpcrt4.dll', 'rpcss.dll'])
      writeFileSync(join(path, COLLECTED.running, name), madeDll(name, 6089));
    return path;
  }

  test('that is whole tells what it holds', async () => {
    const path = folder();
    writeFileSync(join(path, COLLECTED.servicePack), '"CurrentVersion"="5.0"\r\n"CSDVersion"="Service Pack 3"\r\n');
    const { system, kb814622 } = await audit([{ kind: 'path', path }]);
    expect(system).toMatchObject({ name: 'NODE1', version: '5.0', build: 2195, servicePack: 3 });
    expect(kb814622.verdict).toBe('affected');
    writeFileSync(join(path, COLLECTED.servicePack), '"CurrentVersion"="5.0"\r\n');
    expect((await audit([{ kind: 'path', path }])).system.servicePack).toBe(0);
    writeFileSync(join(path, COLLECTED.servicePack), '');
    expect((await audit([{ kind: 'path', path }])).system.servicePack).toBeNull();
  });

  test('with a text of 100 MB loses that text and nothing else', async () => {
    const path = folder();
    writeFileSync(join(path, COLLECTED.settings), Buffer.alloc(100_000_000, 'x'));
    const { gaps, kb814622, system } = await audit([{ kind: 'path', path }]);
    expect(gaps).toContainEqual(
      expect.objectContaining({ what: 'name of the computer', reason: expect.stringMatching(/more than 65536 bytes/) }),
    );
    expect({ name: system.name, verdict: kb814622.verdict }).toEqual({ name: null, verdict: 'affected' });
  });

  test('whose files are links to other files of this machine shows none of them', async () => {
    const secret = place('shadow');
    writeFileSync(secret, 'root:secret\nCOMPUTERNAME=secret\nUDP 0.0.0.0:5000\n');
    const path = folder();
    for (const name of [...COLLECTED_KEYS.map(({ file }) => file), COLLECTED.settings, COLLECTED.netstat]) {
      rmSync(join(path, name), { force: true });
      symlinkSync(secret, join(path, name));
    }
    rmSync(join(path, COLLECTED.running), { recursive: true });
    symlinkSync(join(makeDrive(place('drive')), 'WinNT/System32'), join(path, COLLECTED.running));
    const { stdout, code } = await cli(['audit', path, '--json']);
    expect(code).toBe(3);
    expect(stdout).not.toContain('secret');
    const { gaps, files } = JSON.parse(stdout);
    expect(files).toEqual([]);
    const links = gaps.filter(({ reason }: { reason: string }) => /symbolic link, which is not followed/.test(reason));
    expect(links).toHaveLength(COLLECTED_KEYS.length + 2);
    const series = await cli(['watch', '--ports', '5000', '--netstat', path]);
    expect(series).toMatchObject({ code: 2, stdout: '', stderr: expect.stringMatching(/symbolic link/) });
  });
});
