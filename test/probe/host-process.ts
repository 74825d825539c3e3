/** Starts every row of the fault table and a sound host, tells where they are in one line, and ends with its stdin. */
import { FAULT_ROWS, startHost } from './rows.ts';

const hosts = await Promise.all([startHost(), ...FAULT_ROWS.map((row) => row.start())]);
process.stdout.write(`${JSON.stringify(hosts.map(({ host, mapperPort }) => `${host}:${mapperPort}`))}\n`);
process.stdin.resume();
process.stdin.on('end', () => {
  void Promise.all(hosts.map((host) => host.close())).then(() => process.exit(0));
});
