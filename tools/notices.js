// What the packages whose files are in the bundle say of their licences.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const LICENCE = /^(licen[cs]e|copying|notice|thirdpartynotices)/i;

/** @param files paths of files; those of no package are left out */
export function noticesOf(files) {
  const folders = new Set(files.filter((file) => file.includes('/node_modules/')).map(packageOf));
  return [...folders]
    .sort()
    .map(noticeOf)
    .join(`\n${'-'.repeat(80)}\n\n`);
}

/** The folder of the package that a file belongs to. */
function packageOf(file) {
  for (let folder = dirname(file); ; folder = dirname(folder)) {
    if (existsSync(join(folder, 'package.json')) && 'version' in packageIn(folder)) return folder;
  }
}

const packageIn = (folder) => JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));

function noticeOf(folder) {
  const { name, version, license, author } = packageIn(folder);
  const texts = readdirSync(folder)
    .filter((file) => LICENCE.test(file))
    .map((file) => readFileSync(join(folder, file), 'utf8'));
  if (texts.length === 0)
    texts.push(`Copyright (c) ${author?.name ?? author ?? `the authors of ${name}`}`, standardText(license));
  return [`${name} ${version} (${license})`, ...texts].join('\n\n');
}

/** The text of a licence, for packages that name theirs and carry no text. @throws where there is none of that name */
function standardText(license) {
  return readFileSync(new URL(`licences/${license}.txt`, import.meta.url), 'utf8');
}
