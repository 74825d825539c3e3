import { beforeAll, describe, expect, expectTypeOf, test } from 'vitest';
import type { z } from 'zod';
import { type Explanation, explain } from '../../src/explain/index.ts';
import { explainHtml } from '../../src/report/explain-html.ts';
import { growthPlot, portsPlot } from '../../src/report/explain-plot.ts';
import { explainText } from '../../src/report/explain-text.ts';
import { explainSchema } from '../../src/report/schema/index.ts';
import { machineRun, world } from '../explain/scenario.ts';
import { ORIGIN } from './pages.ts';

type Writable<T> = T extends readonly (infer Item)[]
  ? Writable<Item>[]
  : T extends object
    ? { -readonly [Key in keyof T]: Writable<T[Key]> }
    : T;

let leak: Explanation;
let nothing: Explanation;

beforeAll(async () => {
  const fails = (open: number) => open % 7 === 3;
  leak = await explain(
    await machineRun({ profile: 'windows-2000-sp3', opens: 60, everyMs: 40_000, fails, failure: 'no-answer' }),
  );
  nothing = await explain((await world()).capture());
});

describe('the document', () => {
  test('has the type of its schema', () => {
    expectTypeOf<Writable<Explanation>>().toExtend<z.input<typeof explainSchema>>();
    expectTypeOf<z.input<typeof explainSchema>>().toExtend<Writable<Explanation>>();
  });

  test('says nothing that the schema does not know, and is the same after a way through JSON', () => {
    for (const explained of [leak, nothing]) {
      expect(explainSchema.parse(explained)).toEqual(explained);
      expect(JSON.parse(JSON.stringify(explained))).toEqual(explained);
    }
  });
});

describe('the text', () => {
  test('tells problems with their packets, the ports, and the conversations', () => {
    const text = explainText(leak);
    expect(text).toContain('✗ client ports leak: 10.0.0.9');
    expect(text).toMatch(/10\.0\.0\.9: 1\d ports \(5000–50\d\d\) in 60 opens, 5\d closed, [789] failed/);
    expect(text).toContain('forecast: one open each 40 s');
    expect(text).toContain('✓ 1 clusapi ApiOpenCluster: answered ERROR_SUCCESS');
    expect(text).toContain('conv_who_are_you2 answered');
    expect(text).toMatch(/2 problems found\.\n$/);
  });

  test('lists the conversations with findings first when there is no room for all', () => {
    const text = explainText(leak, undefined, { conversations: 2 });
    expect(text).toMatch(/Conversations \(2 of \d+ listed; --json has the others\)/);
    expect(text.match(/\[server-silent\]/g)).toHaveLength(2);
    expect(text).not.toContain('ApiOpenCluster');
  });

  test('without RPC says so', () => {
    expect(explainText(nothing)).toContain('There is no connectionless RPC in this capture.');
  });
});

describe('the page', () => {
  test('has one plot of ports and one of their growth for a host, and the same bytes each time', () => {
    const html = explainHtml(leak, ORIGIN);
    expect(html.match(/<svg [^>]*class="plot"/g)).toHaveLength(2);
    expect(explainHtml(leak, ORIGIN)).toBe(html);
  });

  test('shows each use of a port as one mark, and the failed ones in their own colour', () => {
    const [host] = leak.hosts;
    if (host === undefined) throw new Error('no host');
    const plot = portsPlot(host, leak.source.durationMs);
    const dots = [...plot.matchAll(/<path class="dots ([\w-]+)"[^>]* d="([^"]*)"/g)].map(([, name, d = '']) => ({
      name,
      count: d.split('M').length - 1,
    }));
    expect(dots.reduce((sum, { count }) => sum + count, 0)).toBe(host.uses.length);
    const failed = host.uses.filter(({ outcome }) => outcome === 'failed').length;
    expect(failed).toBeGreaterThan(5);
    expect(dots).toContainEqual({ name: 'leaked', count: failed });
    expect(growthPlot(host, leak.source.durationMs)).not.toContain('NaN');
    expect(plot).not.toContain('NaN');
  });

  test('takes the name of a file as text', () => {
    const html = explainHtml(
      { ...nothing, source: { ...nothing.source, name: '<script>alert(1)</script>&"' } },
      ORIGIN,
    );
    expect(html).not.toContain('<script>');
    expect(html).toContain('&lt;script&gt;alert(1)&lt;/script&gt;&amp;&quot;');
  });

  test('of a capture without RPC has no plots', () => {
    expect(explainHtml(nothing, ORIGIN)).not.toContain('<svg');
  });
});
