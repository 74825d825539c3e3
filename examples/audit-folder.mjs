// Does KB814622 apply to what was collected on a machine? node audit-folder.mjs FOLDER…   The exit code is for a script.
import { audit } from 'clusrpc';

let worst = 0;
for (const path of process.argv.slice(2)) {
  const { target, kb814622, advice } = await audit([{ kind: 'path', path }]);
  console.log(`${target}: ${kb814622.verdict}`);
  for (const sentence of [...kb814622.because, ...advice]) console.log(`  ${sentence}`);
  worst = Math.max(worst, { fixed: 0, 'not-applicable': 0, unknown: 3 }[kb814622.verdict] ?? 1);
}
process.exitCode = worst;
