import { HtmlValidate } from 'html-validate';
import { beforeAll, describe, expect, test } from 'vitest';
import { STAGES } from '../../src/client/stages.ts';
import { DARK, LIGHT, type Palette } from '../../src/report/page/palette.ts';
import { footnotes } from '../../src/report/text/footnotes.ts';
import { everyPage } from './pages.ts';

let pages: ReadonlyMap<string, string>;

beforeAll(async () => {
  pages = await everyPage();
});

describe('every page', () => {
  test('is valid HTML', async () => {
    const validator = new HtmlValidate({
      extends: ['html-validate:recommended', 'html-validate:document', 'html-validate:a11y'],
      // A title names the file or host whatever its length.
      rules: { 'long-title': 'off' },
    });
    for (const [name, html] of pages) {
      const { results } = await validator.validateString(html);
      const messages = results.flatMap((result) =>
        result.messages.map(({ ruleId, message, line }) => ({ ruleId, message, line })),
      );
      expect(messages, name).toEqual([]);
    }
  });

  test('stands alone, without a script, in less than 300 KB', () => {
    for (const [name, html] of pages) {
      expect(html, name).not.toMatch(/<script|<link|<img|href=|src=|url\(|@import|javascript:|\son\w+=/i);
      expect(Buffer.byteLength(html), name).toBeLessThan(300_000);
    }
  });

  test('says the verdict before anything else, and at its end when, by what and with which command line it was made', () => {
    for (const [name, html] of pages) {
      expect(html, name).toMatch(
        /<body>\s*<header>\s*<h1>[^<]+<\/h1>\s*<div class="verdict (good|bad|unclear)">\s*<p><strong>[A-Z0-9][^<]+\./,
      );
      expect(html, name).toContain(
        'clusrpc 1.2.3 on 2003-04-05 06:07 UTC with <code>clusrpc x --name &#39;a &lt;b&gt;&#39;</code>',
      );
    }
  });

  test('has figures without holes, and a table beside each plot', () => {
    for (const [name, html] of pages) {
      expect(html.replaceAll(/<footer>.*/gs, ''), name).not.toMatch(/NaN|undefined|Infinity|limited-ports/);
      const plots = html.match(/<svg [^>]*class="plot"/g)?.length ?? 0;
      expect(html.match(/<table class="numbers">/g)?.length ?? 0, name).toBe(plots);
      expect(html.match(/role="img" aria-label="[^"]{10,}"/g)?.length ?? 0, name).toBe(plots);
    }
    expect(pages.get('the demo')?.match(/class="plot"/g)).toHaveLength(3);
  });
});

test('the acts of the demo have one scale, and its page says how much faster it is than Windows', () => {
  const html = pages.get('the demo') ?? '';
  const scales = scalesOf(html);
  expect(scales).toHaveLength(3);
  expect(new Set(scales).size).toBe(1);
  expect(html).toContain('400 times faster than on Windows');
});

test('a soak and its variants have one scale', () => {
  const scales = scalesOf(pages.get('a soak beside its variants') ?? '');
  expect(scales).toHaveLength(5);
  expect(new Set(scales).size).toBe(1);
});

/** The times along the axis of each plot. */
function scalesOf(html: string): readonly string[] {
  return html
    .split('class="plot"')
    .slice(1)
    .map((plot) => [...plot.matchAll(/text-anchor="middle">([^<]+)</g)].map(([, tick]) => tick).join(' '));
}

test('of many machines the worst stands first in the summary', () => {
  const html = pages.get('an audit of many') ?? '';
  const cells = [...html.matchAll(/<td data-title="(?:Machine|Leak)">([^<]*)</g)].map(([, cell]) => cell);
  expect(cells).toEqual([
    'test/fixtures/reg/windows-2000-sp3.reg',
    'leaks',
    'test/fixtures/reg/malformed.reg',
    'not known',
  ]);
  expect(html).toContain('2 machines: 1 without the whole correction, 1 not known.');
});

test('the verdict of a capture says what is wrong', () => {
  const [, verdict = ''] = /class="verdict[^>]*>(.*?)<\/div>/s.exec(pages.get('a capture that leaks') ?? '') ?? [];
  expect(verdict).toMatch(/2 problems found.*client ports leak: 10\.0\.0\.9, 8 times.*server silent, 9 times/s);
});

test('of many probes the worst stands first, and what stopped one is said', () => {
  const html = pages.get('probes of many') ?? '';
  const outcomes = [...html.matchAll(/<td data-title="Outcome">([^<]*)</g)].map(([, cell]) => cell);
  expect(outcomes).toEqual(['could not find the address', 'could not reach the endpoint mapper', 'opened']);
  for (const stage of STAGES.filter((id) => id.includes('-'))) expect(html).not.toContain(stage);
  expect(html).toContain('3 clusters: 1 not opened, or not as it should be, 1 cannot be told, 1 opened.');
});

test('a watched process has its forecast over its ports', () => {
  expect(pages.get('a process that leaks')).toMatch(/Forecast, exhausted: \d\S* h to \d\S* h</);
});

test('an audit names each source once, and the files that nobody saw', () => {
  const html = pages.get('an audit') ?? '';
  expect(html).toContain('<li>Service Pack 3 is installed²</li>');
  expect(html.match(/CSDVersion/g)).toHaveLength(1);
  expect(html.match(/<td data-title="Found">not seen</g)).toHaveLength(3);
});

test('a footnote takes brackets in a path as a part of it', () => {
  const { lines, notes } = footnotes(
    ['a (hive C:\\x (86)\\y, Key), b (hive C:\\x (86)\\y, Key) and (c)'],
    ['hive C:\\x (86)\\y'],
  );
  expect({ lines, notes }).toEqual({ lines: ['a¹, b¹ and (c)'], notes: ['¹ hive C:\\x (86)\\y, Key'] });
});

describe('colours', () => {
  const SIGNS = ['leaked', 'inUse', 'closing', 'recycled'] as const satisfies readonly (keyof Palette)[];
  const LETTERS = ['text', 'quiet', 'good', 'bad', 'unclear'] as const satisfies readonly (keyof Palette)[];

  test.each([
    ['light', LIGHT],
    ['dark', DARK],
  ])('on a %s page letters have a contrast of 4.5 and signs of 3', (_, palette) => {
    for (const name of LETTERS) expect(contrast(palette[name], palette.page), name).toBeGreaterThanOrEqual(4.5);
    for (const name of SIGNS) expect(contrast(palette[name], palette.page), name).toBeGreaterThanOrEqual(3);
  });

  /** WCAG 2.1, contrast ratio and relative luminance. */
  function contrast(a: string, b: string): number {
    const [high = 0, low = 0] = [luminance(a), luminance(b)].toSorted((x, y) => y - x);
    return (high + 0.05) / (low + 0.05);
  }

  function luminance(colour: string): number {
    const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => {
      const channel = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
      return channel <= 0.03928 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  }
});
