import path from 'node:path';

/** The name of the folder that a file lies in; empty where that is the root. */
export function folderName(file: string): string {
  return path.basename(path.dirname(path.resolve(file)));
}
