import type { PortPool } from '../ports/pool.ts';
import { formatPortRanges, type PortRange } from '../ports/ranges.ts';
import { ports } from '../ports/report.ts';
import type { CliWorld } from './context.ts';
import { usageError } from './exit.ts';
import { readInput } from './files.ts';

/** Registry exports are small; those of a whole machine are not meant. */
const MAX_REG_BYTES = 64 * 1024 * 1024;

/** The pool that `--ports` or `--reg` names; undefined: neither does. An invalid configuration is a usage error that says why. */
export async function poolOf(
  input: Pick<CliWorld, 'stdin' | 'signal'>,
  options: {
    readonly ports?: readonly PortRange[] | undefined;
    readonly reg?: string | undefined;
  },
): Promise<PortPool | undefined> {
  if (options.ports !== undefined) return ports({ ports: formatPortRanges(options.ports) }).pool;
  if (options.reg === undefined) return undefined;
  const { valid, problems, pool } = ports({
    reg: await readInput(input, options.reg, 'the registry export', MAX_REG_BYTES),
  });
  if (valid) return pool;
  throw usageError(
    `the port configuration of ${options.reg} is invalid: ${problems[0]?.message ?? 'it cannot be read'}`,
    `\`clusrpc ports --reg ${options.reg}\` tells everything about it.`,
  );
}
