import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import type { CliContext } from './context.ts';

/** Builds a command; its file is loaded only when the command is asked for. */
export type CommandFactory = (context: CliContext) => CommandUnknownOpts;

export interface CommandEntry {
  readonly name: string;
  readonly summary: string;
  /** null: promised, and not in this version. */
  readonly load: (() => Promise<CommandFactory>) | null;
}

/** Every command, in the order of the help. */
export const COMMANDS: readonly CommandEntry[] = [
  {
    name: 'demo',
    summary: 'shows the port leak and the stall on an emulated Windows 2000 machine, unfixed and fixed',
    load: async () => (await import('./demo.ts')).demoCommand,
  },
  {
    name: 'probe',
    summary: 'can I open this cluster from here, and if not, which layer stops me?',
    load: async () => (await import('./probe.ts')).probeCommand,
  },
  {
    name: 'endpoints',
    summary: 'what does the endpoint mapper of a host offer?',
    load: async () => (await import('./endpoints.ts')).endpointsCommand,
  },
  {
    name: 'inventory',
    summary: 'what is in this cluster: nodes, groups, resources, networks, and their states?',
    load: async () => (await import('./inventory.ts')).inventoryCommand,
  },
  {
    name: 'audit',
    summary: 'does this Windows installation leak firewall ports (KB814622)?',
    load: async () => (await import('./audit.ts')).auditCommand,
  },
  {
    name: 'collector',
    summary: 'prints a .cmd that gathers the facts on a Windows 2000 machine',
    load: async () => (await import('./collector.ts')).collectorCommand,
  },
  {
    name: 'ports',
    summary: 'is the RPC port configuration valid, how many opens does it carry, what range do I need?',
    load: async () => (await import('./ports.ts')).portsCommand,
  },
  {
    name: 'soak',
    summary: 'what happens to the ports when a program opens and closes the cluster many times?',
    load: async () => (await import('./soak.ts')).soakCommand,
  },
  {
    name: 'emulate',
    summary: 'runs an emulated cluster host until Ctrl-C',
    load: async () => (await import('./emulate.ts')).emulateCommand,
  },
  {
    name: 'user',
    summary: 'makes an account for the emulated host',
    load: async () => (await import('./user.ts')).userCommand,
  },
  {
    name: 'explain',
    summary: 'what went wrong in this pcap or pcapng of RPC traffic?',
    load: async () => (await import('./explain.ts')).explainCommand,
  },
  {
    name: 'watch',
    summary: 'which ports does that running program hold, and is it leaking?',
    load: async () => (await import('./watch.ts')).watchCommand,
  },
  {
    name: 'doctor',
    summary: 'which backends, peers and rights does this machine have?',
    load: async () => (await import('./doctor.ts')).doctorCommand,
  },
  {
    name: 'completion',
    summary: 'prints the completion for bash, zsh, fish or PowerShell',
    load: async () => (await import('./completion.ts')).completionCommand,
  },
];
