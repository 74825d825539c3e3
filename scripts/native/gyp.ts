import { readFileSync } from 'node:fs';
import { z } from 'zod';

const WINDOWS = "OS=='win'";

const settings = z.object({
  sources: z.array(z.string()),
  defines: z.array(z.string()),
  libraries: z.array(z.string()),
});
const gyp = z.object({
  targets: z.tuple([
    z.object({
      target_name: z.string(),
      conditions: z.array(z.tuple([z.string(), z.unknown()]).rest(z.unknown())),
    }),
  ]),
});

export interface NativeTarget {
  readonly name: string;
  readonly sources: readonly string[];
  readonly defines: readonly string[];
  readonly libraries: readonly string[];
}

/**
 * binding.gyp as it lies in the tarball, inside `native`. At the root of a package it makes npm, pnpm and yarn run node-gyp
 * when the package is installed from a lock file, which fails without Python.
 */
export function packedGyp(text: string): string {
  return text.replaceAll('"native/', '"').replaceAll('(node native/', '(node ');
}

/** What binding.gyp says about the addon on Windows: the one list of sources that every build reads. */
export function nativeTarget(file: string): NativeTarget {
  const target = gyp.parse(JSON.parse(readFileSync(file, 'utf8'))).targets[0];
  const windows = target.conditions.find(([condition]) => condition === WINDOWS);
  if (windows === undefined) throw new Error(`${file} has no condition ${WINDOWS}`);
  return { name: target.target_name, ...settings.parse(windows[1]) };
}
