import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

/** This file, or the bundle of CommonJS that it is a part of, where import.meta is empty and __filename is not. */
export const HERE: string = import.meta.url === undefined ? __filename : fileURLToPath(import.meta.url);

/** Finds what lies beside this package, or beside the bundle. */
export const require: NodeJS.Require = createRequire(HERE);
