import { expect, test } from 'vitest';
import { STAGES } from '../../src/client/stages.ts';
import { probeListText } from '../../src/report/probe-list-text.ts';
import { probeNagios } from '../../src/report/probe-nagios.ts';
import { probeText } from '../../src/report/probe-text.ts';
import { opened, stopped } from './probed.ts';

test('an open cluster is a line a stage, what it is, and whom the verdict does not speak of', () => {
  const text = probeText(opened());
  expect(text.split('\n')[0]).toBe('CLU1: opened and closed over udp, open in 100 ms');
  expect(text.match(/✓/g)).toHaveLength(STAGES.length);
  expect(text).toContain('Cluster CLU1, node NODE1, Windows 5.0.2195, Service Pack 3');
  expect(text).toContain('KB814622: unknown for programs that run on NODE1: because.');
  expect(text).toContain('usually runs on another machine');
});

test('a failure has its reason, its advice, and the stages behind it are one line', () => {
  const lines = probeText(stopped('callback-path')).split('\n');
  expect(lines[0]).toBe('CLU1: not opened, stopped at callback-path');
  const at = lines.findIndex((line) => line.includes('✗'));
  expect(lines[at]).toMatch(/✗ callback-path +10 ms {2}silent: nothing comes/);
  expect(lines[at + 1]).toBe('    → do this');
  expect(lines.filter((line) => line.startsWith('  - '))).toEqual([
    '  - not reached: authenticate, cluster-name, open-cluster, cluster-version, close-cluster',
  ]);
});

test('what cannot be decided says so', () => {
  const text = probeText(stopped('mapper-reachable', 'unknown'));
  expect(text).toMatch(/^CLU1: cannot tell, stopped at mapper-reachable\n/);
  expect(text).toContain('? mapper-reachable');
});

test('closed local ports are listed with why', () => {
  const text = probeText({ ...opened(), localPorts: [{ port: 5001, reason: 'silent' }] });
  expect(text).toContain('Local ports that are not open:\n     5001  silent\n');
});

test('where every local port is open, that is said', () => {
  expect(probeText({ ...opened(), triedPorts: 20 })).toContain('  20 local ports tried: all are open.\n');
});

test('several hosts are a line each, the verdict once, and a summary', () => {
  const results = [
    opened(),
    { ...opened(), target: 'CLU2' },
    { ...stopped('mapper-reachable', 'unknown'), target: 'X' },
  ];
  const text = probeListText(results);
  expect(text.match(/^(CLU1|CLU2|X) .*$/gm)).toEqual([
    'CLU1  open    100 ms  Cluster CLU1, node NODE1, Windows 5.0.2195, Service Pack 3',
    'CLU2  open    100 ms  Cluster CLU1, node NODE1, Windows 5.0.2195, Service Pack 3',
    'X     silent  10 ms   at mapper-reachable',
  ]);
  expect(text.match(/KB814622/g)).toHaveLength(1);
  expect(text).toMatch(/^3 hosts: 2 open, 1 silent\. The stages of each: --details\.$/m);
});

test('cycles of one host are numbered and counted', () => {
  const text = probeListText([1, 2].map((cycle) => ({ ...opened(), cycle })));
  expect(text).toMatch(/^CLU1 #2 /m);
  expect(text).toMatch(/^1 host, 2 probes: 2 open\.$/m);
});

test.each([
  [
    'one line that names target, stage and reason',
    [stopped('callback-path')],
    'CRITICAL',
    'CLUSRPC CRITICAL - CLU1 callback-path: silent',
  ],
  ['fast enough is OK', [opened()], 'OK', 'CLUSRPC OK - CLU1 opened in 100 ms | open=100ms;500;2000'],
  [
    'slow from the warning threshold on',
    [opened(50)],
    'WARNING',
    'CLUSRPC WARNING - CLU1 opened in 500 ms | open=500ms;500;2000',
  ],
  [
    'too slow from the critical one on',
    [opened(200)],
    'CRITICAL',
    'CLUSRPC CRITICAL - CLU1 opened in 2000 ms | open=2000ms;500;2000',
  ],
  [
    'silence is UNKNOWN',
    [stopped('mapper-reachable', 'unknown')],
    'UNKNOWN',
    'CLUSRPC UNKNOWN - CLU1 mapper-reachable: silent',
  ],
  [
    'of several the worst decides, and each has its metric',
    [opened(), { ...stopped('open-cluster'), target: "it's|" }],
    'CRITICAL',
    "CLUSRPC CRITICAL - it s  open-cluster: silent | 'CLU1 open'=100ms;500;2000",
  ],
] as const)('nagios: %s', (_, results, state, line) => {
  expect(probeNagios(results, { warn: 500, crit: 2000 })).toEqual({ state, line });
});

test('nagios: without thresholds the fields stay empty, cycles count by the slowest, nothing probed is UNKNOWN', () => {
  expect(probeNagios([opened(5), opened(7)]).line).toContain('| open=70ms;;');
  expect(probeNagios([]).state).toBe('UNKNOWN');
});

test('nagios: a closed local port is a warning', () => {
  const { state, line } = probeNagios([{ ...opened(), localPorts: [{ port: 5001, reason: 'silent' }] }]);
  expect(state).toBe('WARNING');
  expect(line).toContain('CLU1 local ports not open: 5001');
});
