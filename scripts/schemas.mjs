import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { z } from 'zod';
import { SCHEMAS } from '../dist/report/schema/index.js';

// Writes schema/<name>.json for every document, out of what `npm run compile` has just compiled.
const directory = new URL('../schema/', import.meta.url);
rmSync(directory, { recursive: true, force: true });
mkdirSync(directory);
for (const [name, schema] of Object.entries(SCHEMAS)) {
  // As input: a document of a later version, which may say more, is valid too.
  const { $schema, ...rest } = z.toJSONSchema(schema, { io: 'input' });
  const document = { $schema, $id: `clusrpc/schema/${name}.json`, title: `clusrpc ${name}`, ...rest };
  writeFileSync(new URL(`${name}.json`, directory), `${JSON.stringify(document, null, 2)}\n`);
}
