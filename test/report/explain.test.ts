import { beforeAll, describe, expect, expectTypeOf, test } from 'vitest';
import type { z } from 'zod';
import { type Explanation, explain } from '../../src/explain/index.ts';
import { explainHtml } from '../../src/report/explain-html.ts';
import { growthPlot, portsPlot } from '../../src/report/explain-plot.ts';
import { explainText } from '../../src/report/explain-text.ts';
import { explainSchema } from '../../src/report/schema/index.ts';
import { machineRun, world } from '../explain/scenario.ts';

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
  test('stands alone: no script, nothing loaded, one plot of ports and one of their growth for a host', () => {
    const html = explainHtml(leak);
    expect(html).not.toMatch(/<script|<link|<img|@import|url\(|\son\w+=|javascript:/i);
    expect(html.match(/(?:src|href)=/g)).toBeNull();
    expect(html.match(/<svg /g)).toHaveLength(2);
    expect(explainHtml(leak)).toBe(html);
  });

  test('shows each use of a port as one mark, and the failed ones in their own colour', () => {
    const [host] = leak.hosts;
    if (host === undefined) throw new Error('no host');
    const plot = portsPlot(host, leak.source.durationMs);
    expect(plot.match(/<path transform="translate/g)).toHaveLength(host.uses.length);
    const failed = host.uses.filter(({ outcome }) => outcome === 'failed').length;
    expect(failed).toBeGreaterThan(5);
    // One more is in the legend.
    expect(plot.match(/#a3281e/g)).toHaveLength(failed + 1);
    expect(growthPlot(host, leak.source.durationMs)).not.toContain('NaN');
    expect(plot).not.toContain('NaN');
  });

  test('takes the name of a file as text', () => {
    const html = explainHtml({ ...nothing, source: { ...nothing.source, name: '<script>alert(1)</script>&"' } });
    expect(html).not.toContain('<script>');
    expect(html).toContain('&lt;script&gt;alert(1)&lt;/script&gt;&amp;&quot;');
  });

  test('of a capture without RPC has no plots', () => {
    expect(explainHtml(nothing)).not.toContain('<svg');
  });
});
