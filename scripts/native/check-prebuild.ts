// Before packing: the package promises the Windows addon, and npm install never builds it.
import { existsSync } from 'node:fs';
import path from 'node:path';

const file = path.resolve(import.meta.dirname, '../../prebuilds/win32-x64/clusrpc.node');
if (!existsSync(file)) {
  console.error(`${file} is missing: make it with \`npm run prebuild\` (mingw-w64) before packing.`);
  process.exitCode = 1;
}
