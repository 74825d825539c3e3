import { describe, expect, test } from 'vitest';
import { createProgress } from '../../src/cli/progress.ts';
import { Sink } from './in-process.ts';

const ESC = String.fromCharCode(27);
const TOKENS = new RegExp(`${ESC}\\[[\\d;?]*[A-Za-z]|${ESC}[78]|[^]`, 'g');

/** A terminal's screen after the output: cursor to the start of the line, erase, and new lines are followed. */
function screen(output: string): string[] {
  const lines = [''];
  let column = 0;
  for (const token of output.match(TOKENS) ?? []) {
    const last = lines.length - 1;
    const line = lines[last] ?? '';
    if (token === '\n') {
      lines.push('');
      column = 0;
    } else if (['\r', `${ESC}[G`, `${ESC}[1G`].includes(token)) column = 0;
    else if (['J', 'K', '0J', '0K'].some((erase) => token === `${ESC}[${erase}`)) lines[last] = line.slice(0, column);
    else if (token === `${ESC}[2K`) lines[last] = '';
    else if (!token.startsWith(ESC)) {
      lines[last] = line.padEnd(column).slice(0, column) + token + line.slice(column + 1);
      column += 1;
    }
  }
  return lines;
}

describe('on a terminal', () => {
  test('log lines stand above the bar, whole, and the bar below them', () => {
    const stream = new Sink({ isTTY: true });
    let now = 0;
    const progress = createProgress('bar', stream, () => now);
    progress.start('soak', 100);
    now += 200;
    progress.update(25, '3 leaked');
    progress.line('warn: a port leaked');
    now += 200;
    progress.update(50, '4 leaked');
    progress.line('warn: another');
    const shown = screen(stream.text).filter((line) => line !== '');
    expect(shown.slice(0, 2)).toEqual(['warn: a port leaked', 'warn: another']);
    expect(shown[2]).toMatch(/^soak [█░]+ 50 % 50\/100 4 leaked/);
    expect(shown).toHaveLength(3);
    progress.stop();
    expect(screen(stream.text).filter((line) => line !== '')).toEqual(['warn: a port leaked', 'warn: another']);
  });

  test('a log line longer than the terminal is wide is written whole, and the bar no longer than that', () => {
    const stream = new Sink({ isTTY: true, columns: 40 });
    const progress = createProgress('bar', stream);
    const line = `info: open of CLUSTER1 at 127.0.0.1 ${'x'.repeat(60)} ok in 12 ms`;
    progress.start('a label that is long', 100);
    progress.line(line);
    progress.stop();
    expect(stream.text).toContain(line);
    expect(stream.text).not.toContain(`${ESC}[?7l`);
    const bars = stream.text.replace(line, '').split(new RegExp(`${ESC}\\[[\\d;?]*[A-Za-z]|\\n`));
    for (const bar of bars) expect(bar.length).toBeLessThanOrEqual(40);
  });

  test('lines below the bar are drawn with it, and gone when it is', () => {
    const stream = new Sink({ isTTY: true });
    let now = 0;
    const progress = createProgress('bar', stream, () => now);
    progress.start('soak', 100);
    now += 200;
    progress.update(25, '', () => ['20 ports', '3 leaked']);
    expect(stream.text).toMatch(/25\/100[^\n]*\n[^\n]*20 ports[^\n]*\n[^\n]*3 leaked/);
    progress.stop();
    // Up to the bar, and all from there on erased.
    expect(stream.text.endsWith(`${ESC}[2A${ESC}[1G${ESC}[0J`)).toBe(true);
  });

  test('the bar is drawn from a loop that never yields', () => {
    const stream = new Sink({ isTTY: true });
    let now = 0;
    const progress = createProgress('bar', stream, () => now);
    progress.start('soak', 10);
    for (let i = 1; i <= 10; i++) {
      now += 50;
      progress.update(i);
    }
    const drawn = new Set(stream.text.match(/\d+\/10/g));
    progress.stop();
    expect(drawn.size).toBeGreaterThanOrEqual(5);
  });

  test('the cursor is shown again at the end', () => {
    const stream = new Sink({ isTTY: true });
    const progress = createProgress('bar', stream);
    progress.start('demo', null);
    progress.stop();
    expect(stream.text.lastIndexOf(`${ESC}[?25h`)).toBeGreaterThan(stream.text.lastIndexOf(`${ESC}[?25l`));
  });
});

test('off a terminal there are plain lines, at most one each five seconds', () => {
  const stream = new Sink();
  let now = 0;
  const progress = createProgress('plain', stream, () => now);
  progress.start('soak', 200);
  for (let i = 1; i <= 200; i++) {
    now += 100;
    progress.update(i, `${i} opened`);
  }
  progress.stop();
  expect(stream.text).toBe(
    'soak: 50 of 200 (25 %), 50 opened\nsoak: 100 of 200 (50 %), 100 opened\nsoak: 150 of 200 (75 %), 150 opened\nsoak: 200 of 200 (100 %), 200 opened\n',
  );
});

test('silent progress says nothing, and lines still come through', () => {
  const stream = new Sink({ isTTY: true });
  const progress = createProgress('silent', stream);
  progress.start('soak', 10);
  progress.update(5);
  progress.line('note');
  progress.stop();
  expect(stream.text).toBe('note\n');
});
