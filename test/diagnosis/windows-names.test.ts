import { expect, test } from 'vitest';
import { windowsName } from '../../src/diagnosis/data/windows-names.ts';

test.each([
  ['5.0', 2195, 'Windows 2000'],
  ['6.3', 9600, 'Windows 8.1 or Server 2012 R2'],
  ['6.3', 19_045, 'Windows 10, Server 2016 or 2019'],
  ['6.3', 26_100, 'Windows 11 or Server 2025'],
  ['10.0', 22_631, 'Windows 11'],
  ['7.7', null, 'Windows 7.7'],
])('version %s of build %s is called %s', (version, build, name) => {
  expect(windowsName(version, build)).toBe(name);
});
