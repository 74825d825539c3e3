import { explainSchema } from '../report/schema/explain.ts';
import { countText } from '../report/text/figures.ts';
import type { SoakOptions } from '../soak/index.ts';
import { parseWorkload, traceOf } from '../soak/workload-file.ts';
import { usageError } from './exit.ts';
import { readInput } from './files.ts';
import type { CommandRun } from './run.ts';

const LARGEST_FILE = 64 << 20;

/** A load out of a file: one that was written, or a document of `explain --json`, of which one host is played again. */
export async function readWorkload(run: CommandRun, file: string, host: string | undefined): Promise<SoakOptions> {
  const text = new TextDecoder().decode(await readInput(run.world, file, 'the workload', LARGEST_FILE));
  const json = parsedJson(text, file);
  const isCapture =
    typeof json === 'object' && json !== null && 'schema' in json && json.schema === 'clusrpc/explain/1';
  if (isCapture) return replayed(run, json, file, host);
  if (host !== undefined)
    throw usageError('--replay-host needs a document of explain --json', `${file} is a workload.`);
  return parseWorkload(json);
}

function replayed(run: CommandRun, json: unknown, file: string, name: string | undefined): SoakOptions {
  const parsed = explainSchema.safeParse(json);
  if (!parsed.success) throw usageError(`${file} is no document of explain --json as this version knows it`);
  const hosts = parsed.data.hosts.toSorted((a, b) => b.opens - a.opens);
  const host = name === undefined ? hosts[0] : hosts.find((each) => each.host === name);
  if (host === undefined) {
    const known =
      hosts.length === 0 ? 'No host opened a cluster in it.' : `It has ${hosts.map((each) => each.host).join(', ')}.`;
    throw usageError(
      name === undefined ? `there is nothing to replay in ${file}` : `${file} has no host ${name}`,
      known,
    );
  }
  const trace = traceOf(host.uses);
  const left = host.opens - trace.length;
  run.note(
    `replaying ${countText(trace.length, 'open')} of ${host.host}${left > 0 ? `; ${left} more are not in the document, or asked only the mapper` : ''}`,
  );
  return { trace };
}

function parsedJson(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw usageError(`the workload ${file} is no JSON: ${(error as Error).message}`);
  }
}
