import fc from 'fast-check';
import { expect, test } from 'vitest';
import { toHex } from '../../src/bytes/hex.ts';
import { toUtf16 } from '../../src/bytes/utf16.ts';
import { type ParseRegOptions, parseReg, type RegFile } from '../../src/reg/parse.ts';
import { LineCursor } from '../../src/reg/text.ts';
import { RemoteProtocolError } from '../../src/status/errors.ts';

const HEAD = 'Windows Registry Editor Version 5.00\r\n\r\n[HKEY_CURRENT_USER\\k]\r\n';

test('line ends may be CRLF, LF or a lone CR, and the last line may have none', () => {
  for (const end of ['\r\n', '\n', '\r']) {
    const file = unicode(['Windows Registry Editor Version 5.00', '', '[HKEY_USERS\\a]', '"v"=dword:1f'].join(end));
    expect(values(file)).toEqual(['v 4 1f000000']);
  }
});

test('data of every form is read', () => {
  const file = unicode(
    `${HEAD}@="a\\"\\\\"\r\n "d" = dword:\t12 ; note\r\n"h"=hex:1,ff,\r\n"t"=hex(10):00\r\n"e"=hex(1):\r\n"q"=hex(b):01,\\\r\n  02, \\ ; more\r\n\r\n ; comment\r\n  03\r\n`,
  );
  expect(file.warnings).toEqual([]);
  expect(values(file)).toEqual([' 1 610022005c000000', 'd 4 12000000', 'h 3 01ff', 't 16 00', 'e 1 ', 'q 11 010203']);
});

test('an import adds one missing NUL to text in hex, and only one', () => {
  expect(values(unicode(`${HEAD}"s"=hex(1):61,00\r\n"m"=hex(7):61,00\r\n"x"=hex(3):61,00\r\n`))).toEqual([
    's 1 61000000',
    'm 7 61000000',
    'x 3 6100',
  ]);
});

test.each([
  ['"v"=dword:123456789', 'of no known form'],
  ['"v"=dword:', 'of no known form'],
  ['"v"=dword:0x1', 'of no known form'],
  ['"v"=hex:100', 'malformed'],
  ['"v"=hex:01,,02', 'malformed'],
  ['"v"=hex:,01', 'malformed'],
  ['"v"=hex:20\\', 'malformed'],
  ['"v"=hex:01,\\\r\n"w"', 'malformed'],
  ['"v"="a\\0b"', 'escape'],
  ['"v"="a" #b', 'closing quote'],
  ['"v"="a', 'not closed'],
  ['"v"=- #c', '"-"'],
  ['"v"', 'no "="'],
  ['"v', 'name of the value is not closed'],
  ['stray', 'neither a key nor a value'],
])('%j is passed over with a warning that names its line', (line, message) => {
  const file = unicode(`${HEAD}${line}\r\n[HKEY_USERS\\after]\r\n"ok"=dword:1\r\n`);
  expect(file.warnings).toHaveLength(1);
  expect(file.warnings[0]).toMatchObject({ line: 4, message: expect.stringContaining(message) });
  expect(values(file)).toEqual(['ok 4 01000000']);
});

test('a backslash after a digit ends the value, and the next line is read as usual', () => {
  const file = unicode(`${HEAD}"v"=hex:20\\\r\n"w"=dword:1\r\n`);
  expect(values(file)).toEqual(['w 4 01000000']);
});

test('text in hex with an odd number of bytes is kept as it is, with a warning', () => {
  const file = unicode(`${HEAD}"m"=hex(7):61,00,62\r\n"b"=hex:61,00,62\r\n`);
  expect(values(file)).toEqual(['m 7 610062', 'b 3 610062']);
  expect(file.warnings).toEqual([{ line: 4, message: '"m": the text has an odd number of bytes' }]);
});

test('a list whose file ends after a comma and a backslash is kept', () => {
  expect(values(unicode(`${HEAD}"v"=hex:01,\\`))).toEqual(['v 3 01']);
});

test('a string may go over several lines, up to the next key', () => {
  const file = unicode(`${HEAD}"v"="one\r\ntwo"\r\n"w"="open\r\nx\r\n[HKEY_USERS\\z]\r\n"ok"=dword:1\r\n`);
  expect(values(file)).toEqual([`v 1 ${toHex(toUtf16('one\r\ntwo\0'))}`, 'ok 4 01000000']);
  expect(file.warnings.map(({ line }) => line)).toEqual([4, 6, 7]);
});

test('values after a root that is not known, or after a deleted key, go nowhere', () => {
  const file = unicode(
    `${HEAD}[HKLM\\x]\r\n"a"=dword:1\r\n[-HKEY_USERS\\y]\r\n"b"=dword:1\r\n[HKEY_USERS\\z\r\n"c"=dword:1\r\n`,
  );
  expect(values(file)).toEqual([]);
  expect(file.warnings.map(({ line }) => line)).toEqual([4, 8]);
  expect(file.deletions).toEqual([{ line: 6, path: 'HKEY_USERS\\y', valueName: null }]);
});

test('a deletion takes back what the file had set before, subkeys too', () => {
  const file = unicode(
    `${HEAD}"a"=dword:1\r\n"A"=-\r\n[HKEY_USERS\\y\\z]\r\n"b"=dword:1\r\n[HKEY_USERS\\yz]\r\n[-hkey_users\\Y]\r\n`,
  );
  expect(file.keys.map((key) => [key.path, key.values.length])).toEqual([
    ['HKEY_CURRENT_USER\\k', 0],
    ['HKEY_USERS\\yz', 0],
  ]);
  expect(file.deletions).toHaveLength(2);
});

test('a key that was deleted and made again holds only what came after', () => {
  const file = unicode(`${HEAD}"a"=dword:1\r\n[-HKEY_CURRENT_USER\\k]\r\n[HKEY_CURRENT_USER\\k]\r\n"b"=dword:2\r\n`);
  expect(values(file)).toEqual(['b 4 02000000']);
});

test('a file of many keys and deletions takes no square time', () => {
  const lines = Array.from({ length: 60_000 }, (_, i) => `[HKEY_USERS\\${i}]\r\n[-HKEY_USERS\\x${i}]\r\n`);
  expect(unicode(HEAD + lines.join('')).keys).toHaveLength(60_001);
});

test('a key deeper than Windows allows is passed over', () => {
  const file = unicode(`${HEAD}[HKEY_USERS${'\\a'.repeat(513)}]\r\n"v"=dword:1\r\n`);
  expect([values(file), file.warnings.length]).toEqual([[], 1]);
});

test('lines are the same however the text is cut into pieces', () => {
  const text = fc.array(fc.constantFrom('\r', '\n', '\r\n', 'a', 'bc', '')).map((parts) => parts.join(''));
  fc.assert(
    fc.property(text, fc.integer({ min: 1, max: 5 }), (whole, size) => {
      const pieces = Array.from({ length: Math.ceil(whole.length / size) }, (_, i) =>
        whole.slice(i * size, (i + 1) * size),
      );
      const lines = whole.split(/\r\n|\r|\n/);
      expect(linesOf(pieces.flatMap((piece) => [piece, '']))).toEqual(lines.at(-1) === '' ? lines.slice(0, -1) : lines);
    }),
  );
});

test('what is cut between two pieces of a file is read as one: line ends, strings and lists', () => {
  const filler = (length: number): string => `; ${'x'.repeat(length)}\r\n`;
  const body = '"v"="one\r\ntwo"\r\n"b"=hex:01,\\\r\n  02\r\n"日"="本"\r\n"open"="no end\r\n';
  for (let shift = 0; shift < 120; shift++) {
    const around = HEAD + filler((1 << 15) - HEAD.length - shift) + body;
    expect(values(unicode(around))).toEqual(values(unicode(HEAD + body)));
  }
});

test('keys that nobody asked for are not kept, what they warn of is', () => {
  const bytes = marked(`${HEAD}"v"=word:1\r\n[-HKEY_USERS\\b]\r\n[HKEY_USERS\\A]\r\n"w"=dword:1\r\n`);
  const file = parseReg(bytes, { keep: (path) => path === 'HKEY_USERS\\A' });
  expect([values(file), file.keys.length, file.deletions]).toEqual([['w 4 01000000'], 1, []]);
  expect(file.warnings.map(({ line }) => line)).toEqual([4]);
});

test('the last closing bracket ends a key, and doubled backslashes separate like one', () => {
  const file = unicode(`${HEAD}[HKEY_USERS\\\\a]b \\"c\\] ; x\r\n`);
  expect(file.keys.at(-1)?.path).toBe('HKEY_USERS\\a]b \\"c');
});

test('a key and a value that come twice are one, and the later data wins', () => {
  const file = unicode(`${HEAD}"v"=dword:1\r\n[hkey_current_user\\K]\r\n"V"=dword:2\r\n`);
  expect(file.keys).toHaveLength(1);
  expect(values(file)).toEqual(['v 4 02000000']);
});

test('text in hex follows the code page in an ANSI file of REGEDIT4', () => {
  const bytes = ansi('REGEDIT4\r\n[HKEY_USERS\\k]\r\n"\xe9"=hex(7):93,fa,00,41,00,00\r\n');
  expect(
    values(parseReg(bytes, { codePage: 'shift_jis' }))
      .at(0)
      ?.split(' ')
      .at(-1),
  ).toBe(toHex(toUtf16('日\0A\0\0')));
  expect(values(parseReg(bytes)).at(0)).toBe(`é 7 ${toHex(toUtf16('“ú\0A\0\0'))}`);
});

test('where encoding and header disagree, the bytes decide and a warning says so', () => {
  const file = parseReg(ansi(`${HEAD}"w"=hex(1):41,00,00,00\r\n"a"=hex(1):41,42,43,00\r\n`));
  expect(values(file)).toEqual(['w 1 41000000', `a 1 ${toHex(toUtf16('ABC\0'))}`]);
  expect(file.warnings.map(({ line }) => line)).toEqual([4, 5]);
});

test('a UTF-8 file with a byte order mark is read, with a note', () => {
  const file = parseReg(new TextEncoder().encode(`\ufeff${HEAD}"ü"="ß"\r\n`));
  expect(file.encoding).toBe('utf-8');
  expect(values(file)).toEqual([`ü 1 ${toHex(toUtf16('ß\0'))}`]);
  expect(file.warnings).toEqual([{ line: 1, message: expect.stringContaining('UTF-8') }]);
});

test.each<[string, Uint8Array, string, ParseRegOptions?]>([
  ['an empty file', new Uint8Array(), 'empty'],
  ['a hive', ansi('regf\0\0\0\0'), 'hive'],
  ['a program', ansi('MZ\x90\0\x03\0\0\0\x04\x01\x01\x01\x01'), 'binary'],
  ['UTF-16 without its mark', toUtf16(HEAD), 'without a byte order mark'],
  ['big-endian UTF-16', ansi('\xfe\xff\0W'), 'big-endian'],
  ['a text without a header', ansi('hello\r\n'), 'no header'],
  ['a blank line before the header', ansi(`\r\n${HEAD}`), 'no header'],
  ['a header that Windows takes but imports nothing from', ansi('REGEDIT5\r\n'), 'imports nothing'],
  ['a file of Windows 3.1', ansi('REGEDIT\r\n'), 'Windows 3.1'],
  ['a file above the limit', ansi(HEAD), 'more than 10', { maxBytes: 10 }],
])('%s is refused with a sentence', (_, bytes, sentence, options) => {
  const read = (): RegFile => parseReg(bytes, options);
  expect(read).toThrow(RemoteProtocolError);
  expect(read).toThrow(sentence);
  expect(read).toThrow(expect.objectContaining({ code: 'ERR_CLUSRPC_INVALID_INPUT', advice: expect.any(String) }));
});

test('warnings are bounded', () => {
  expect(unicode(`${HEAD}${'stray\r\n'.repeat(5000)}`).warnings).toHaveLength(1001);
});

test('whatever the bytes are, a file or RemoteProtocolError comes out', () => {
  const pieces = [
    '[',
    ']',
    '"',
    '\\',
    'hex(7):',
    '35,00,',
    ',\\\r\n',
    'dword:',
    '@=',
    '-',
    ';',
    '\r\n',
    'HKEY_USERS',
    'a',
    '"v"=',
  ];
  const text = fc.array(fc.constantFrom(...pieces), { maxLength: 60 }).map((parts) => parts.join(''));
  fc.assert(
    fc.property(
      fc.oneof(
        fc.uint8Array({ maxLength: 200 }),
        text.map((body) => marked(HEAD + body)),
      ),
      (bytes) => {
        try {
          parseReg(bytes);
        } catch (error) {
          expect(error).toBeInstanceOf(RemoteProtocolError);
        }
      },
    ),
    { numRuns: 2000 },
  );
});

function unicode(text: string): RegFile {
  return parseReg(marked(text));
}

function marked(text: string): Uint8Array {
  return toUtf16(`\ufeff${text}`);
}

function ansi(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

function linesOf(pieces: readonly string[]): string[] {
  const cursor = new LineCursor(pieces);
  const lines: string[] = [];
  for (let line = cursor.next(); line !== undefined; line = cursor.next()) lines.push(line);
  return lines;
}

function values(file: RegFile): string[] {
  return file.keys.flatMap((key) => key.values.map(({ name, type, data }) => `${name} ${type} ${toHex(data)}`));
}
