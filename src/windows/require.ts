import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** This file; in a bundle of CommonJS, where nothing tells where a module lies, the program. */
export const HERE: string =
  import.meta.url === undefined ? path.resolve(process.argv[1] ?? process.execPath) : fileURLToPath(import.meta.url);

/** Finds what lies beside this package, or beside the program that it is bundled into. */
export const require: NodeJS.Require = createRequire(HERE);
