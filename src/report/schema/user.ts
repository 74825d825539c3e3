import { z } from 'zod';

/** The account that `clusrpc user` makes: a line for the file of `emulate --users`. */
export const userSchema = z.object({ schema: z.literal('clusrpc/user/1'), line: z.string() });
