/** Files that are mutated, and the tests that have to notice. */
export interface Room {
  readonly mutate: string;
  readonly tests: readonly string[];
  /** Tests that take seconds each, since they look at time, memory or a share of thousands of runs. */
  readonly without: readonly string[];
}

export const ROOMS: Readonly<Record<string, Room>> = {
  machine: {
    mutate: 'src/machine/',
    tests: ['test/machine/'],
    without: [
      'test/machine/cl/soak.test.ts',
      'test/machine/cl/loss.test.ts',
      'test/machine/cl/floods.test.ts',
      'test/machine/cl/loopback.test.ts',
      'test/machine/cl/mixed-pairs.test.ts',
      'test/machine/cl/server/flood.test.ts',
    ],
  },
  ports: { mutate: 'src/ports/', tests: ['test/ports/'], without: [] },
  diagnosis: { mutate: 'src/diagnosis/', tests: ['test/diagnosis/'], without: ['test/diagnosis/leak-table.test.ts'] },
  watch: { mutate: 'src/watch/', tests: ['test/watch/'], without: [] },
  findings: {
    mutate: 'src/explain/findings/',
    tests: ['test/explain/'],
    without: ['test/explain/hostile.test.ts', 'test/explain/leak-table.test.ts'],
  },
};
