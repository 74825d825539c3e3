import { expect, test } from 'vitest';
import type { ClusterVersion } from '../../src/client/cluster-client.ts';
import { kb814622Of } from '../../src/probe/verdict.ts';

const W2K: ClusterVersion = { major: 5, minor: 0, build: 2195, servicePack: 'Service Pack 3', vendor: '' };

test.each([
  [{ servicePack: 'Service Pack 4' }, 'fixed', /service pack 4 is the first/],
  [{ servicePack: 'Service Pack 4, v.2195' }, 'fixed', /Service Pack 4/],
  [{ servicePack: 'Service Pack 3' }, 'unknown', /hotfix is not visible over RPC/],
  [{ servicePack: 'Service Pack 1' }, 'unknown', /hotfix/],
  [{ servicePack: '' }, 'unknown', /without a service pack/],
  [{ servicePack: 'something' }, 'unknown', /cannot be read/],
  [{ major: 4, minor: 0, build: 1381, servicePack: 'Service Pack 6' }, 'not-applicable', /Windows NT 4\.0/],
  [{ major: 5, minor: 2, build: 3790, servicePack: '' }, 'not-applicable', /Windows Server 2003/],
  [{ major: 6, minor: 1, build: 7601, servicePack: 'Service Pack 1' }, 'not-applicable', /Windows Server 2008 R2/],
  [{ major: 12, minor: 7, build: 1, servicePack: '' }, 'not-applicable', /Windows 12\.7/],
] as const)('a node that tells %j is %s', (told, verdict, because) => {
  const found = kb814622Of('NODE1', { ...W2K, ...told });
  expect(found).toMatchObject({ verdict, appliesTo: 'programs that run on NODE1' });
  expect(found.because.join('; ')).toMatch(because);
});
