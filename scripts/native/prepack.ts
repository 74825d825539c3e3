// Before packing: binding.gyp for the tarball, and a word about Windows addons that are not there.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { TARGETS } from './cross.ts';
import { packedGyp } from './gyp.ts';

const root = path.resolve(import.meta.dirname, '../..');
writeFileSync(path.join(root, 'native/binding.gyp'), packedGyp(readFileSync(path.join(root, 'binding.gyp'), 'utf8')));

const missing = TARGETS.map(({ arch }) => `win32-${arch}`).filter(
  (platform) => !existsSync(path.join(root, 'prebuilds', platform, 'clusrpc.node')),
);
if (missing.length > 0) {
  console.error(
    `Packed without the Windows addon for ${missing.join(' and ')}: backend native will not be there. To have it, run \`npm run prebuild\` (mingw-w64) first.`,
  );
}
