import path from 'node:path';
import { crossBuild, TARGETS } from './cross.ts';

const root = path.resolve(import.meta.dirname, '../..');
for (const target of TARGETS) {
  const file = path.join(root, `prebuilds/win32-${target.arch}/clusrpc.node`);
  const { output, sha256 } = await crossBuild(root, file, target);
  console.log(`${path.relative(root, output)} ${sha256}`);
}
