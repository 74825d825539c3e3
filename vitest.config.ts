import { defineConfig } from 'vitest/config';

/** Tests that need programs from outside npm, as CONTRIBUTING.md lists them: always in CI, elsewhere when asked for. */
const PEER_TESTS = ['test/peers/**', 'test/native/**'];
const withPeers = process.env.CI === 'true' || process.env.CLUSRPC_PEERS === '1';

if (!withPeers)
  console.info('Without the tests against tshark, Samba, hivex and Wine: CLUSRPC_PEERS=1 npm test runs them.');

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['**/node_modules/**', ...(withPeers ? [] : PEER_TESTS)],
    // One worker waits for Wine most of its time, the other one works.
    maxWorkers: '100%',
    reporters: ['default', './test/reporter.ts'],
    testTimeout: 60_000,
    hookTimeout: 120_000,
  },
});
