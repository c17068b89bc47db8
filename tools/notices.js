// What the packages whose files are in the bundle say of their licences.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageIn } from './packages.js';

const LICENCE = /^(licen[cs]e|copying|notice|thirdpartynotices)/i;

/** @param folders of packages */
export function noticesOf(folders) {
  return folders.map(noticeOf).join(`\n${'-'.repeat(80)}\n\n`);
}

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
