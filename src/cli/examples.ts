/** A command line behind `clusrpc`, and what it is for. */
export type Example = readonly [line: string, purpose: string];

/** What the help of each command ends with, and the man page. */
export const EXAMPLES: Readonly<Record<string, readonly Example[]>> = {
  demo: [['demo --out demo-output', 'the leak in three acts; the page is demo-output/demo.html']],
  probe: [
    ['probe CLUSTER1', 'can it be opened from here?'],
    ["probe CLUSTER1 --user 'LAB\\ops' --password-file pw", 'the same by an account that the cluster admits'],
    ['probe CLUSTER1 --local-ports 5000-5099 --each-port', 'which ports of the list does the firewall let through?'],
    ['probe --targets clusters.txt --json', 'many clusters, for another program'],
    ['probe CLUSTER1 --nagios --warn 1s --crit 5s', 'for a monitoring system'],
  ],
  endpoints: [['endpoints NODE1 --json', 'what the endpoint mapper of a host offers']],
  inventory: [
    ["inventory CLUSTER1 --user 'LAB\\ops' --password-file pw", 'nodes, groups and resources with their states'],
  ],
  audit: [
    ['audit /mnt/c', 'a system drive that is mounted here'],
    ['audit clusrpc-NODE1', 'what the collector gathered there'],
    ['audit --reg rpc.reg --system32 ./dlls', 'an export and the files beside it'],
    ['audit --live', 'this Windows'],
    ['audit --targets machines.txt --html audit.html', 'many machines on one page'],
  ],
  collector: [
    ['collector --out collect.cmd', 'to be run on the Windows 2000 machine'],
    ['collector --samples 0 --out collect.cmd', 'the same without a series of netstat'],
  ],
  ports: [
    ['ports --ports 5000-5019 --every 20s --failure-rate 0.01', 'how long do twenty ports last?'],
    ['ports --reg rpc.reg', 'is that export a valid configuration?'],
    ['ports --for-rate 3/m --uptime 30d --failure-rate 0.01 --write-reg new.reg', 'which range does the load need?'],
    ['ports --ports 5000-5099 --every 10s --hangs-after 2d', 'what failure rate explains that hang?'],
  ],
  soak: [
    ['soak emulated --ports 5000-5019 --failure-rate 0.2 --every 20s', 'the leak on virtual time'],
    ['soak emulated --failure-rate 0.2 --strategy cached-handle', 'the same load with a cure'],
    ['soak CLUSTER1 --against-real-host --cycles 20', 'a small load on a cluster that people use'],
  ],
  emulate: [
    ['emulate --listen 127.0.0.21', 'a cluster host for another program, until Ctrl-C'],
    ['emulate --listen 127.0.0.21 --fault drop=0.1,callback-drop=1', 'one that misbehaves'],
  ],
  user: [["user 'LAB\\ops' --password-file pw", 'a line for the file of emulate --users']],
  explain: [
    ['explain hang.pcapng --ports 5000-5019', 'what went wrong in that capture?'],
    ['explain - --json', 'a pipe: tcpdump -w - udp | clusrpc explain - --json'],
  ],
  watch: [
    ['watch 4711 --ports 5000-5099 --for 1h', 'does that process leak?'],
    ['watch --netstat clusrpc-NODE1', 'the series that the collector made'],
  ],
  doctor: [['doctor', 'what is missing on this machine']],
  completion: [
    ['completion bash', 'source <(clusrpc completion bash)'],
    ['completion powershell', 'clusrpc completion powershell | Out-String | Invoke-Expression'],
  ],
};

/** For the end of a help text; empty for a command without examples. */
export function examplesText(command: string): string {
  const lines = (EXAMPLES[command] ?? []).map(([line, purpose]) => `  clusrpc ${line}\n      ${purpose}`);
  return lines.length === 0 ? '' : ['', 'Examples:', ...lines].join('\n');
}
