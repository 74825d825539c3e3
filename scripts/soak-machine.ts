import { CALLS, SETTINGS, soakRun } from '../test/machine/cl/soak-run.ts';

/* tsx scripts/soak-machine.ts [seeds = 200]: the soak of the test suite, with more seeds for each of its networks. */

async function main(): Promise<void> {
  const seeds = Number(process.argv[2] ?? 200);
  const total = { answered: 0, failed: 0, datagrams: 0, breaches: 0 };
  for (let index = 0; index < SETTINGS; index++) {
    const own = { answered: 0, failed: 0, datagrams: 0 };
    for (let seed = 0; seed < seeds; seed++) {
      const { answered, failed, datagrams, breaches } = await soakRun(index, seed);
      own.answered += answered;
      own.failed += failed;
      own.datagrams += datagrams;
      total.breaches += breaches.length;
      for (const breach of breaches) console.error(`network ${index}, seed ${seed}: ${breach}`);
    }
    total.answered += own.answered;
    total.failed += own.failed;
    total.datagrams += own.datagrams;
    console.log(`network ${index}: ${own.answered} answered, ${own.failed} failed, ${own.datagrams} datagrams`);
  }
  const { answered, failed, datagrams, breaches } = total;
  console.log(
    `${SETTINGS} networks, ${seeds} seeds, ${SETTINGS * seeds * CALLS} calls: ${answered} answered, ${failed} failed`,
  );
  console.log(`${datagrams} datagrams, ${breaches} breaches`);
  process.exitCode = breaches === 0 ? 0 : 1;
}

await main();
