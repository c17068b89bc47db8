import { PATHS } from '../program/data-types.js';
import { damaged } from './damaged.js';

/** Where a package keeps its model. */
export interface Manifest {
  /** Path of the model within the package. */
  readonly modelPath: string;
  /** Files that no entry covers; they are ignored. */
  readonly strays: readonly string[];
}

/**
 * Reads `Manifest.json` and holds it against the files that are there.
 * @throws InputError where it is no manifest, names what is missing, or leads out of the package
 */
export function readManifest(files: ReadonlyMap<string, Uint8Array>): Manifest {
  const bytes = files.get(PATHS.manifest);
  if (!bytes) throw damaged('there is no Manifest.json');
  const manifest = objectOf(parse(bytes), 'Manifest.json');
  const version = manifest.get('fileFormatVersion');
  if (version !== '1.0.0') throw damaged(`fileFormatVersion is ${JSON.stringify(version)}, not 1.0.0`);
  const covered = new Map<string, string>();
  for (const [id, item] of objectOf(manifest.get('itemInfoEntries'), 'itemInfoEntries')) {
    const path = pathOf(objectOf(item, `entry ${id}`), id);
    const isThere = [...files.keys()].some((file) => file === path || file.startsWith(`${path}/`));
    if (!isThere) throw damaged(`Manifest.json names ${path}, which is not there`);
    covered.set(id, path);
  }
  const root = manifest.get('rootModelIdentifier');
  const modelPath = typeof root === 'string' ? covered.get(root) : undefined;
  if (modelPath === undefined) throw damaged('rootModelIdentifier is not among the entries of Manifest.json');
  const strays = [...files.keys()].filter(
    (file) =>
      file !== PATHS.manifest && ![...covered.values()].some((path) => file === path || file.startsWith(`${path}/`)),
  );
  return { modelPath, strays };
}

function parse(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    throw damaged('Manifest.json is not JSON');
  }
}

function objectOf(value: unknown, what: string): Map<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw damaged(`${what} is not an object`);
  return new Map(Object.entries(value));
}

/** The path of an entry below `Data/`: its author and its name, no way up. */
function pathOf(item: ReadonlyMap<string, unknown>, id: string): string {
  const fields = ['author', 'name', 'path', 'description'].map((key) => {
    const value = item.get(key);
    if (typeof value !== 'string') throw damaged(`entry ${id} has no ${key}`);
    return value;
  });
  const [author = '', name = '', path = ''] = fields;
  const parts = path.split('/');
  if (parts.some((part) => part === '' || part === '.' || part === '..')) {
    throw damaged(`entry ${id} leaves the package: ${path}`);
  }
  if (path !== `${author}/${name}`) throw damaged(`entry ${id}: ${path} is not author/name`);
  return `Data/${path}`;
}
