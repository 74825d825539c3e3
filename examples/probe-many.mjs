// Which of these clusters can be opened from here? node probe-many.mjs HOST…   One line a host as it is done; exit 1 when one cannot.
import { probe } from 'clusrpc';

const { results } = await probe(process.argv.slice(2), {
  concurrency: 32,
  stageTimeout: 2_000,
  onResult: ({ target, stages, stoppedAt }) => {
    const last = stages.find(({ id }) => id === stoppedAt);
    console.log(last === undefined ? `${target}: opened` : `${target}: ${last.id}, ${last.reason}`);
  },
});
const open = results.filter(({ stoppedAt }) => stoppedAt === null).length;
console.log(`${open} of ${results.length} opened`);
process.exitCode = open === results.length ? 0 : 1;
