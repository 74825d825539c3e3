// Opens and closes a second of the addon, koffi and ffi-napi in Windows node.exe, against the test clusapi.dll.
import { NODES, windowsMachine } from '../../test/native/wine/machine.ts';

const machine = await windowsMachine();
try {
  for (const node of NODES) {
    const { code, stdout, stderr } = await machine.run(node, 'test/native/inside/bench.js');
    console.log(`${node}\n${stdout}${code === 0 ? '' : stderr}`);
    if (code !== 0) process.exitCode = 1;
  }
} finally {
  await machine.stop();
}
