import type { EmulatedMachine } from './backend.ts';

const installed: EmulatedMachine[] = [];

/** From now on `openCluster` finds the names that this machine knows; the one installed last is asked first. Undo by the function it returns. */
export function installEmulator(machine: EmulatedMachine): () => void {
  installed.unshift(machine);
  return () => {
    const at = installed.indexOf(machine);
    if (at >= 0) installed.splice(at, 1);
  };
}

export function emulatorFor(name: string): EmulatedMachine | null {
  return installed.find((machine) => machine.knows(name)) ?? null;
}
