import fs from 'node:fs';
import path from 'node:path';

/** V8 cannot hold a longer string than twice this. */
const LARGEST_JSON = 2 ** 28;

/** Every file that a `.mlpackage` of ours can hold, by path inside it; folders are those on the way. */
const SPECIFICATION = 'Data/com.apple.CoreML/model.mlmodel';
const PACKAGE_FILES: ReadonlySet<string> = new Set([
  'Manifest.json',
  SPECIFICATION,
  'Data/com.apple.CoreML/weights/weight.bin',
]);

/** Key in the user-defined metadata of every package that this tool writes. */
const OUR_KEY = 'mobileone.version';

/** A data file or shard that this tool writes: only such names, directly in one folder, are ever deleted. */
const SHARD = /^group1-shard\d+of\d+\.[0-9a-f]{16}\.bin$/;
const DATA = /^\.[0-9a-f]{16}\.data$/;

/** Whether `name` is a shard of ours. */
export function isShard(name: string): boolean {
  return SHARD.test(name);
}

/** Whether `name` is a data file of ours that belongs to `file`. */
export function isDataOf(file: string, name: string): boolean {
  return name.startsWith(file) && DATA.test(name.slice(file.length));
}

/** Whether a TF.js folder was written by this tool. */
export function isOurFolder(folder: string): boolean {
  const file = path.join(folder, 'model.json');
  const stat = fs.lstatSync(file, { throwIfNoEntry: false });
  if (!stat?.isFile() || stat.size > LARGEST_JSON) return false;
  try {
    const json: unknown = JSON.parse(fs.readFileSync(file, 'utf8'));
    return typeof json === 'object' && json !== null && 'generatedBy' in json && json.generatedBy === 'mobileone';
  } catch {
    return false;
  }
}

/** Whether a `.mlpackage` was written by this tool and holds nothing but what it writes. */
export function isOurPackage(folder: string): boolean {
  const specification = path.join(folder, SPECIFICATION);
  if (!fs.lstatSync(specification, { throwIfNoEntry: false })?.isFile()) return false;
  if (!holdsOnly(folder, PACKAGE_FILES)) return false;
  return fs.readFileSync(specification).includes(OUR_KEY);
}

function holdsOnly(root: string, files: ReadonlySet<string>): boolean {
  const folders = [''];
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    for (const entry of fs.readdirSync(path.join(root, folder), { withFileTypes: true })) {
      const inside = folder === '' ? entry.name : `${folder}/${entry.name}`;
      if (entry.isFile() && files.has(inside)) continue;
      if (!entry.isDirectory() || ![...files].some((file) => file.startsWith(`${inside}/`))) return false;
      folders.push(inside);
    }
  }
  return true;
}
