import assert from 'node:assert/strict';
import { mkdtempSync, renameSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { ClusError } from '../../../src/status/errors.ts';
import { loadAddon } from '../../../src/windows/load-addon.ts';

test('a path that was given is the only one tried, and the error says what is there', () => {
  const broken = path.join(mkdtempSync(path.join(tmpdir(), 'addon-')), 'broken.node');
  writeFileSync(broken, 'not a library');
  for (const addonPath of [broken, path.join(path.dirname(broken), 'missing.node')]) {
    assert.throws(
      () => loadAddon({ addonPath }),
      (error: unknown) => {
        assert.ok(error instanceof ClusError);
        assert.equal(error.code, 'ERR_CLUSRPC_UNAVAILABLE_BACKEND');
        assert.ok(error.message.includes(addonPath));
        assert.match(error.advice ?? '', /node-gyp rebuild/);
        return true;
      },
    );
  }
});

test('without any addon the error lists the prebuilt file and the local build', () => {
  const prebuilt = path.resolve(import.meta.dirname, '../../../prebuilds/win32-x64/clusrpc.node');
  renameSync(prebuilt, `${prebuilt}.away`);
  try {
    assert.throws(() => loadAddon(), /prebuilds.*no such file[\s\S]*build.*no local build/);
  } finally {
    renameSync(`${prebuilt}.away`, prebuilt);
  }
});

test('the prebuilt addon of the package is found without being named', () => {
  assert.match(loadAddon().file, /prebuilds\\win32-x64\\clusrpc\.node$/);
});
