// Installs the tarball with each package client under each Node.js, without compiler, make and Python, and prints how it went.
import { CLIENTS, workshop } from './clients.ts';

const NODES = [20, 22, 24];

const shop = await workshop();
try {
  for (const major of NODES) {
    const node = await shop.node(major);
    for (const client of CLIENTS) {
      const { node: version, problem, warnings } = await shop.install(client, node);
      console.log(
        `${version.padEnd(10)} ${client.name.padEnd(8)} ${problem ?? 'ok'}${warnings.map((line) => `\n    ${line}`).join('')}`,
      );
      if (problem !== null) process.exitCode = 1;
    }
  }
} finally {
  shop.remove();
}
