import { z } from 'zod';

/** What `clusrpc collector --json` prints: the batch file, with CR LF. */
export const collectorSchema = z.object({ schema: z.literal('clusrpc/collector/1'), script: z.string() });

/** What `clusrpc completion --json` prints. */
export const completionSchema = z.object({
  schema: z.literal('clusrpc/completion/1'),
  shell: z.enum(['bash', 'zsh', 'fish', 'powershell']),
  script: z.string(),
});
