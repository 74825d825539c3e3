/** One program of a soak of several, in a process of its own. */
import { attachToMachine } from '../emulator/attached-machine.ts';
import { udpNetwork } from '../transport/udp.ts';
import { soakProgram } from './emulated.ts';
import type { ProgramNews, ProgramTask } from './programs.ts';

const { process: program, address, data, signal, say, detach } = await attachToMachine();
const { plan, cluster } = data as ProgramTask;
const machine = { address, network: udpNetwork };
const tell = (news: ProgramNews) => say(news);
const report = await soakProgram(
  plan,
  { machine, program, cluster },
  { signal, onStep: (step) => void tell({ step }) },
);
await tell({ report });
await program.end();
detach();
