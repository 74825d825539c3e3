import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, posix, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { describe, expect, test } from 'vitest';

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..');
const LAW = readLaw(readFileSync(join(ROOT, 'CONTRIBUTING.md'), 'utf8'));
const FILES = readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts'))
  .map((file) => file.split(sep).join('/'))
  .sort();

/** Time, ids and randomness come in as arguments. */
const PURE = new Set(['machine', 'pdu', 'ndr', 'interface', 'ports', 'diagnosis', 'report']);
const CLOCKS = new Set(['Date', 'setTimeout', 'setInterval', 'setImmediate', 'queueMicrotask', 'performance']);
const SOCKETS = /^(?:node:)?(?:dgram|net|tls|http|https|http2)$/;
const WITHOUT_SOCKET = new Set(['isIP', 'isIPv4', 'isIPv6']);
const NATIVE = /^(?:node-gyp-build|ffi-napi|ref-napi|koffi|bindings)$|\.node$/;

describe('the import law of CONTRIBUTING.md', () => {
  test('names every room of src, and src has files to judge', () => {
    expect(FILES.length).toBeGreaterThan(100);
    expect([...new Set(FILES.map(roomOf))].filter((room) => !LAW.has(room))).toEqual([]);
  });

  test.each([...new Set(FILES.map(roomOf))])('is kept by %s', (room) => {
    const files = FILES.filter((file) => roomOf(file) === room);
    expect(files.flatMap((file) => breaches(file, readFileSync(join(ROOT, 'src', file), 'utf8')))).toEqual([]);
  });
});

describe('a breach is seen:', () => {
  test.each([
    ['bytes/x.ts', "import { a } from '../pdu/y.ts';", 'bytes may not import pdu'],
    ['bytes/x.ts', "export type * from '../pdu/y.ts';", 'bytes may not import pdu'],
    ['log/x.ts', "const { a } = await import('../cli/y.ts');", 'log may not import cli'],
    ['rpc.ts', "import { a } from './emulator/y.ts';", 'rpc may not import emulator'],
    ['pdu/x.ts', "import { a } from '../bytes/y.js';", "'../bytes/y.js' does not end in .ts"],
    ['machine/x.ts', "import { randomBytes } from 'node:crypto';", 'machine is pure and imports node:crypto'],
    ['machine/x.ts', 'const now = Date.now();', 'machine is pure and uses Date'],
    ['ports/x.ts', 'const p = Math.random();', 'ports is pure and uses Math.random'],
    ['report/x.ts', 'setTimeout(() => {}, 1);', 'report is pure and uses setTimeout'],
    ['client/x.ts', "import { createSocket } from 'node:dgram';", 'client opens sockets: node:dgram'],
    ['client/x.ts', "import { connect, isIP } from 'node:net';", 'client opens sockets: node:net'],
    ['open/x.ts', "const addon = await import('koffi');", 'open loads native code: koffi'],
    ['open/x.ts', 'process.exit(1);', 'open uses process.exit'],
    ['open/x.ts', "console.log('x');", 'open uses console'],
  ])('%s with %s', (file, source, breach) => {
    expect(breaches(file, source)).toContain(`${file}: ${breach}`);
  });

  test.each([
    ['client/x.ts', "import { isIP } from 'node:net';"],
    ['machine/x.ts', "/** Date and setTimeout in a comment. */ const text = 'Date.now()';"],
    ['machine/x.ts', 'const point = { Date: 1 }; point.Date;'],
    ['cli/x.ts', "import { a } from '../emulator/y.ts'; console.log(process.argv);"],
    ['log.ts', "import { a } from './log/y.ts';"],
  ])('and %s with %s is none', (file, source) => {
    expect(breaches(file, source)).toEqual([]);
  });
});

/** Room → what it may import; null: everything. */
function readLaw(text: string): ReadonlyMap<string, ReadonlySet<string> | null> {
  const table = text.slice(text.indexOf('| Room | May import |')).split('\n\n')[0] ?? '';
  const rows = table.split('\n').slice(2);
  return new Map(
    rows.map((row) => {
      const [room = '', allowed = ''] = row
        .split('|')
        .slice(1)
        .map((cell) => cell.trim());
      return [room, allowed === '*' ? null : new Set(allowed.split(',').map((name) => name.trim()))] as const;
    }),
  );
}

function roomOf(file: string): string {
  const [first = ''] = file.split('/');
  return first.replace(/\.ts$/, '');
}

function breaches(file: string, source: string): string[] {
  const room = roomOf(file);
  const tree = ts.createSourceFile(file, source, ts.ScriptTarget.ES2023, true);
  const imports = importsOf(tree);
  const rooms = imports.flatMap(({ from }) => {
    if (!from.startsWith('.')) return [];
    const other = roomOf(posix.join(posix.dirname(file), from));
    const allowed = LAW.get(room);
    const breach = other === room || allowed === null || allowed?.has(other) ? [] : [`${room} may not import ${other}`];
    return from.endsWith('.ts') ? breach : [...breach, `'${from}' does not end in .ts`];
  });
  const names = namesUsed(tree);
  const pure = PURE.has(room)
    ? [
        ...imports
          .filter(({ from }) => from.startsWith('node:'))
          .map(({ from }) => `${room} is pure and imports ${from}`),
        ...names
          .filter((name) => CLOCKS.has(name) || name === 'Math.random')
          .map((name) => `${room} is pure and uses ${name}`),
      ]
    : [];
  const sockets = imports
    .filter(
      ({ from, named }) =>
        room !== 'transport' && SOCKETS.test(from) && !named.every((name) => WITHOUT_SOCKET.has(name)),
    )
    .map(({ from }) => `${room} opens sockets: ${from}`);
  const native = imports
    .filter(({ from }) => room !== 'windows' && NATIVE.test(from))
    .map(({ from }) => `${room} loads native code: ${from}`);
  const shell = names
    .filter((name) => room !== 'cli' && ['console', 'process.argv', 'process.exit'].includes(name))
    .map((name) => `${room} uses ${name}`);
  return [...rooms, ...pure, ...sockets, ...native, ...shell].map((breach) => `${file}: ${breach}`);
}

interface Import {
  readonly from: string;
  /** `*` for all that is not a list of names. */
  readonly named: readonly string[];
}

function importsOf(tree: ts.SourceFile): Import[] {
  const found: Import[] = [];
  walk(tree, (node) => {
    if ((ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) && node.moduleSpecifier !== undefined) {
      found.push({ from: textOf(node.moduleSpecifier), named: namedIn(node) });
    } else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
      found.push({ from: node.arguments[0] === undefined ? '' : textOf(node.arguments[0]), named: ['*'] });
    } else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) {
      found.push({ from: textOf(node.argument.literal), named: ['*'] });
    }
  });
  return found;
}

function namedIn(node: ts.ImportDeclaration | ts.ExportDeclaration): string[] {
  const bindings = ts.isImportDeclaration(node) ? node.importClause?.namedBindings : node.exportClause;
  if (bindings === undefined || !(ts.isNamedImports(bindings) || ts.isNamedExports(bindings))) return ['*'];
  return bindings.elements.map(({ name, propertyName }) => (propertyName ?? name).text);
}

/** Global names as expressions use them, and `Math.random`, `process.exit`, `process.argv`. */
function namesUsed(tree: ts.SourceFile): string[] {
  const names: string[] = [];
  walk(tree, (node) => {
    if (!ts.isIdentifier(node)) return;
    const { parent, text } = node;
    if (ts.isPropertyAccessExpression(parent)) {
      if (parent.name !== node) names.push(text, `${text}.${parent.name.text}`);
    } else if (!(ts.isPropertyAssignment(parent) && parent.name === node) && !ts.isTypeReferenceNode(parent)) {
      names.push(text);
    }
  });
  return names;
}

function walk(node: ts.Node, visit: (node: ts.Node) => void): void {
  visit(node);
  ts.forEachChild(node, (child) => walk(child, visit));
}

function textOf(node: ts.Node): string {
  return ts.isStringLiteralLike(node) ? node.text : '';
}
