// Writes man/clusrpc.1 out of what the command line says of itself.
import { mkdirSync, writeFileSync } from 'node:fs';
import { Readable, Writable } from 'node:stream';
import { wholeProgram } from '../src/cli/program.ts';
import { manPage } from './man-page.ts';

const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
const world = {
  stdin: Readable.from([]),
  stdout: nowhere,
  stderr: nowhere,
  env: {},
  signal: new AbortController().signal,
};
const directory = new URL('../man/', import.meta.url);
mkdirSync(directory, { recursive: true });
writeFileSync(new URL('clusrpc.1', directory), manPage(await wholeProgram(world)));
