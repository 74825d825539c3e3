// Thirty times what CI does: 600 000 reads of a registry key and 300 000 opens and closes, memory and handles flat.
import { NODES, windowsMachine } from '../../test/native/wine/machine.ts';

const LONGEST = 7_200_000;

const machine = await windowsMachine();
try {
  for (const node of NODES) {
    const { code, stdout, stderr } = await machine.run(node, 'test/native/inside/soak.inside.js', {
      nodeOptions: ['--expose-gc', '--test-reporter=spec'],
      env: { CLUSTEST_SOAK_FACTOR: '30' },
      timeout: LONGEST,
    });
    console.log(`${node}\n${stdout}${stderr}`);
    if (code !== 0) process.exitCode = 1;
  }
} finally {
  await machine.stop();
}
