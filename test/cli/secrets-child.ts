import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { writeHeapSnapshot } from 'node:v8';
import { toUtf16 } from '../../src/bytes/utf16.ts';
import { openCluster } from '../../src/open/open-cluster.ts';
import { cli } from './in-process.ts';

/** Arguments: port of the mapper, a directory with the files `right` and `wrong`, where everything is left that is to be searched. */
const [port = '', directory = ''] = process.argv.slice(2);

for (const password of ['wrong', 'right']) {
  const file = (name: string) => join(directory, `${password}.${name}`);
  const logon = ['--user', 'LAB\\ops', '--password-file', join(directory, password)];
  const argv = ['127.0.0.1', '--epm-port', port, ...logon, '--log-level', 'debug', '--log-file', file('log')];
  const { stdout, stderr } = await cli(['probe', '--json', ...argv, '--pcap', file('pcapng')]);
  writeFileSync(file('report'), stdout);
  writeFileSync(file('stderr'), stderr);
  const opened = openCluster('127.0.0.1', {
    backend: 'wire',
    endpointMapperPort: Number(port),
    credentials: { user: 'LAB\\ops', password: () => toUtf16(String(readFileSync(join(directory, password)))) },
  });
  const outcome = await opened.then(
    async (cluster) => {
      await cluster.close();
      return cluster;
    },
    (error: unknown) => error,
  );
  writeFileSync(file('outcome'), inspect(outcome, { depth: Number.POSITIVE_INFINITY, showHidden: true }));
}
writeHeapSnapshot(join(directory, 'heap'));
