import path from 'node:path';
import { crossBuild } from './cross.ts';

const root = path.resolve(import.meta.dirname, '../..');
const { output, sha256 } = await crossBuild(root, path.join(root, 'prebuilds/win32-x64/clusrpc.node'));
console.log(`${path.relative(root, output)} ${sha256}`);
