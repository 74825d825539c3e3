import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import { serveText } from '../transport/text-server.ts';
import type { CommandRun } from './run.ts';
import { portNumber } from './values.ts';

/** One figure, or one for each value of a label. Names as windows_exporter has them: unit last, `_total` for what only grows. */
export interface Metric {
  readonly name: string;
  readonly help: string;
  readonly label?: string;
  readonly read: () => number | Readonly<Record<string, number>>;
}

export function withPrometheus<T extends CommandUnknownOpts>(command: T): T {
  command.option('--prometheus <port>', 'serve the figures on 127.0.0.1 for Prometheus, 0 for any port', portNumber(0));
  return command;
}

/** Serves the metrics while the command runs; without a port nothing. */
export async function serveMetrics(
  run: CommandRun,
  port: number | undefined,
  metrics: readonly Metric[],
): Promise<void> {
  if (port === undefined) return;
  const { Counter, Gauge, Registry } = await import('prom-client');
  const registry = new Registry();
  const now = metrics.map(({ name, help, label, read }) => {
    const labelNames = label === undefined ? [] : [label];
    const Kind = name.endsWith('_total') ? Counter : Gauge;
    const metric = new Kind({ name, help, labelNames, registers: [registry] });
    return () => {
      const value = read();
      metric.reset();
      if (typeof value === 'number') metric.inc(value);
      else for (const [key, part] of Object.entries(value)) metric.inc({ [label ?? '']: key }, part);
    };
  });
  const render = () => {
    for (const refresh of now) refresh();
    return registry.metrics();
  };
  const server = await serveText(port, { path: '/metrics', contentType: registry.contentType, render });
  run.onClose(server.close);
  run.note(`metrics: ${server.url}`);
}
