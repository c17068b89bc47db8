// Writes docs/library.md from the comments of what the library exports: what an editor shows on hover, on one page.
// node tools/library-page.js
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const root = fileURLToPath(new URL('..', import.meta.url));
const ENTRY = `${root}src/index.ts`;
const PAGE = `${root}docs/library.md`;

const HEAD = `# The library

\`import { convert } from 'mobileone'\` is what the command line calls; \`mobileone/core\` has what needs no Node: reading, fusing and
writing models, for a page in a browser. This page is made from the comments of the code, which editors show on hover
(\`node tools/library-page.js\`).

Models, inputs and class names may come from memory, and artefacts stay there with \`outDir: null\`: nothing is put on the disk, and
what does not pass the check is not given back.

\`\`\`ts
const { report, artefacts } = await convert(
  { name: 'model.onnx', bytes },
  { to: ['onnx', 'tfjs'], outDir: null, inputs: { image: { shape: [1, 3, 224, 224], data: new Float32Array(150528) } } },
);
await verify({ name: 'model.onnx', bytes }, artefacts);
\`\`\`

A run is called off by an \`AbortSignal\`: engines end, final names hold what they held before, no report is written, and the promise
rejects with the signal's reason. A step that does not wait for anything, such as fusing, is finished first. Once artefacts are being
put in place they all are.

\`\`\`ts
await convert('model.onnx', { signal: AbortSignal.timeout(60_000) });
\`\`\`

What does not pass is thrown; \`reportOf(error)\` has the figures.
`;

const program = ts.createProgram([ENTRY], {
  target: ts.ScriptTarget.ESNext,
  module: ts.ModuleKind.NodeNext,
  strict: true,
  exactOptionalPropertyTypes: true,
  allowJs: true,
  noEmit: true,
  types: ['node'],
});
const checker = program.getTypeChecker();

/** Everything that the library exports, by name. */
function exported() {
  const file = program.getSourceFile(ENTRY);
  const module = file && checker.getSymbolAtLocation(file);
  if (!module) throw new Error(`${ENTRY} is no module`);
  return checker
    .getExportsOfModule(module)
    .map((symbol) => (symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

const textOf = (symbol) => ts.displayPartsToString(symbol.getDocumentationComment(checker)).trim();
const tagsOf = (symbol, name) =>
  symbol
    .getJsDocTags(checker)
    .filter((tag) => tag.name === name)
    .map(({ text }) => ts.displayPartsToString(text).trim());
const oneLine = (text) => text.replaceAll(/\s+/g, ' ');
const cell = (text) => oneLine(text).replaceAll('|', '\\|');
const code = (text) => (text === '' ? '' : `\`${text}\``);
const firstSentence = (text) => /^.*?[.:](?=\s|$)/s.exec(text)?.[0].replace(/:$/, '.') ?? text;

/** A type as its declaration writes it, without the undefined that every option may be. */
function typeOf(property) {
  const [declaration] = property.declarations ?? [];
  const written = declaration && 'type' in declaration ? declaration.type?.getText() : undefined;
  return oneLine(written ?? '')
    .replace(/^\| /, '')
    .replace(/ \| undefined$/, '');
}

/**
 * The properties of an exported interface or class, those that it inherits included.
 * @param {string} name
 * @returns {{ name: string, type: string, default: string, text: string, isOptional: boolean }[]}
 */
export function propertiesOf(name) {
  const symbol = exported().find((each) => each.name === name);
  if (!symbol) throw new Error(`${name} is not exported`);
  return checker.getPropertiesOfType(checker.getDeclaredTypeOfSymbol(symbol)).map((property) => ({
    name: property.name,
    type: typeOf(property),
    default: tagsOf(property, 'default')[0] ?? '',
    text: textOf(property),
    isOptional: Boolean(property.flags & ts.SymbolFlags.Optional),
  }));
}

function table(head, rows) {
  const line = (cells) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

function aboutFunction(symbol) {
  const signatures = (symbol.declarations ?? []).filter((each) => ts.isFunctionDeclaration(each));
  const overloads = signatures.filter(({ body }) => !body);
  const shown = (overloads.length > 0 ? overloads : signatures).map((each) => {
    const { parameters, type } = each;
    const given = parameters.map((parameter) =>
      oneLine(parameter.getText()).replace(/^(\w+): (.*) = \{\}$/, '$1?: $2'),
    );
    return `${symbol.name}(${given.join(', ')}): ${oneLine(type?.getText() ?? 'void')}`;
  });
  const lines = (name, word) => tagsOf(symbol, name).map((text) => `- ${word}${oneLine(text)}`);
  const list = [...lines('param', ''), ...lines('returns', 'gives '), ...lines('throws', 'throws ')];
  const examples = tagsOf(symbol, 'example').map((text) => text.replaceAll(/^```ts\n|\n```$/g, ''));
  return [
    `### ${symbol.name}`,
    `\`\`\`ts\n${shown.join('\n')}\n\`\`\``,
    oneLine(textOf(symbol)),
    ...(list.length > 0 ? [list.join('\n')] : []),
    ...(examples.length > 0 ? [`\`\`\`ts\n${examples.join('\n')}\n\`\`\``] : []),
  ].join('\n\n');
}

function aboutInterface(symbol) {
  const properties = propertiesOf(symbol.name);
  const hasDefaults = properties.some((each) => each.default !== '');
  const rows = properties.map((each) => [
    `\`${each.name}${each.isOptional ? '?' : ''}\``,
    code(cell(each.type)),
    ...(hasDefaults ? [code(cell(each.default))] : []),
    cell(each.text),
  ]);
  const head = ['name', 'type', ...(hasDefaults ? ['default'] : []), 'what it is'];
  return [`### ${symbol.name}`, oneLine(textOf(symbol)), table(head, rows)].join('\n\n');
}

function isError(symbol) {
  if (!(symbol.flags & ts.SymbolFlags.Class)) return false;
  const bases = checker.getBaseTypes(checker.getDeclaredTypeOfSymbol(symbol));
  return bases.some(({ symbol: base }) => base.name === 'MobileoneError');
}

function exitCodeOf(symbol) {
  const property = checker.getDeclaredTypeOfSymbol(symbol).getProperty('exitCode');
  return property ? checker.typeToString(checker.getTypeOfSymbol(property)) : '';
}

const fileOf = ({ declarations: [declaration] = [] }) => declaration?.getSourceFile().fileName.slice(root.length) ?? '';

/** Reports have a schema, whose texts are theirs. */
const isReport = (symbol) => !(symbol.flags & ts.SymbolFlags.Function) && /\/report(\.ts$|\/)/.test(fileOf(symbol));

/** The whole page. */
export function libraryPage() {
  const all = exported().filter((symbol) => !isReport(symbol));
  const functions = all.filter(({ flags }) => flags & ts.SymbolFlags.Function);
  const main = functions.filter((symbol) => /^src\/(commands|formats|passes)\//.test(fileOf(symbol)));
  const interfaces = all.filter(({ flags }) => flags & ts.SymbolFlags.Interface);
  const options = interfaces.filter(({ name }) => name.endsWith('Options') && name !== 'LowerOptions');
  const memory = interfaces.filter(({ name }) =>
    /InMemory$|^GivenArray$|^Progress$|^MergedBlock$|^Declined$/.test(name),
  );
  const errors = all.filter(isError).sort((a, b) => (exitCodeOf(a) < exitCodeOf(b) ? -1 : 1));
  const described = new Set([...main, ...options, ...memory, ...errors]);
  const others = all.filter((symbol) => !described.has(symbol) && textOf(symbol) !== '');
  return [
    HEAD.trimEnd(),
    '## Functions',
    ...main.map(aboutFunction),
    '## Options',
    ...options.map(aboutInterface),
    '## In memory',
    ...memory.map(aboutInterface),
    '## Errors',
    'All are `MobileoneError`s, with `what` is wrong, `where`, what `todo`, and the exit code of the command line.',
    table(
      ['class', 'exit code', 'what it says'],
      errors.map((symbol) => [code(symbol.name), exitCodeOf(symbol), cell(textOf(symbol))]),
    ),
    '## Reports',
    'What `convert`, `inspect` and `verify` give is described by the schema that ships as `mobileone/report.schema.json`.',
    '## Also exported',
    table(
      ['name', 'what it is'],
      others.map((symbol) => [code(symbol.name), cell(firstSentence(textOf(symbol)))]),
    ),
    '',
  ]
    .join('\n\n')
    .replace(/\n+$/, '\n');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(PAGE, libraryPage());
