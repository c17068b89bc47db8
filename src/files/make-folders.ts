import fs from 'node:fs';
import path from 'node:path';

/**
 * Makes a folder and its parents, one by one: Node's `recursive` tries without end where a system says of an existing parent
 * that it is missing (/proc).
 * @param folder an absolute path
 * @returns those that were missing, innermost first
 * @throws a system's error
 */
export function makeFolders(folder: string): string[] {
  const missing: string[] = [];
  for (let at = folder; !fs.existsSync(at); at = path.dirname(at)) missing.push(at);
  for (const each of [...missing].reverse()) makeFolder(each);
  return missing;
}

/** Another run may have made it meanwhile. */
function makeFolder(folder: string): void {
  try {
    fs.mkdirSync(folder);
  } catch (error) {
    if (!fs.statSync(folder, { throwIfNoEntry: false })?.isDirectory()) throw error;
  }
}
