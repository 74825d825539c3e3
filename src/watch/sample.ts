/** The ports that one process held at one moment. `ms` counts from any fixed origin; ports are in ascending order. */
export interface PortSample {
  readonly ms: number;
  readonly udp: readonly number[];
  readonly tcp: readonly number[];
}

export interface PortSpan {
  readonly first: number;
  readonly last: number;
}

export function portSample(
  ms: number,
  held: Iterable<{ readonly protocol: 'udp' | 'tcp'; readonly port: number }>,
): PortSample {
  const ports = { udp: new Set<number>(), tcp: new Set<number>() };
  for (const { protocol, port } of held) ports[protocol].add(port);
  const ascending = (set: ReadonlySet<number>): readonly number[] => [...set].sort((a, b) => a - b);
  return { ms, udp: ascending(ports.udp), tcp: ascending(ports.tcp) };
}
