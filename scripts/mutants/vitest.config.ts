import { defineConfig } from 'vitest/config';

/** What `scripts/mutants/main.ts` asks for: the tests of one room. */
const { tests, without } = JSON.parse(process.env.MUTANTS_TESTS ?? '{"tests":[],"without":[]}') as {
  readonly tests: readonly string[];
  readonly without: readonly string[];
};

export default defineConfig({
  test: {
    include: tests.map((directory) => `${directory}**/*.test.ts`),
    exclude: [...without],
    testTimeout: 60_000,
  },
});
