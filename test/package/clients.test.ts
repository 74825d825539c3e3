import { afterAll, beforeAll, expect, test } from 'vitest';
import { CLIENTS, type Workshop, workshop } from '../../scripts/package/clients.ts';

let shop: Workshop;
beforeAll(async () => {
  shop = await workshop();
}, 240_000);
afterAll(() => shop?.remove());

// These two run node-gyp for a package with binding.gyp at its root, whatever its package.json says.
for (const client of CLIENTS.filter(({ name }) => name === 'npm 10' || name === 'pnpm 9')) {
  test(`${client.name} installs the tarball, also from a lock file, without compiler, make and Python`, async () => {
    expect(await shop.install(client)).toMatchObject({ problem: null, warnings: [] });
  }, 240_000);
}
