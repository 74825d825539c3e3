import { z } from 'zod';

/** A port of UDP or TCP. */
export const portSchema = z.int().min(0).max(65_535);

export const countSchema = z.int().min(0);

/** ms. */
export const timeSchema = z.number().min(0);

export const portRangeSchema = z.object({ first: portSchema, last: portSchema });

export const addressSchema = z.object({ host: z.string(), port: portSchema });

/** A status of Win32: number and symbol, `WIN32_<number>` for one without a name. */
export const win32StatusSchema = z.object({ code: countSchema, symbol: z.string() });

/** The 5, 50 and 95 per cent points of a distribution. */
export const quantilesSchema = z.object({ p05: z.number(), p50: z.number(), p95: z.number() });

export const clientProfileSchema = z.enum([
  'windows-2000-rtm',
  'windows-2000-sp1',
  'windows-2000-sp2',
  'windows-2000-sp3',
  'windows-2000-sp3-kb814622',
  'windows-2000-sp4',
  'strict',
]);

export const reuseSchema = z.enum(['by-process', 'never']);

export const onFailureSchema = z.enum(['leak', 'retain']);
