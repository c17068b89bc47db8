import fs from 'node:fs';

/** One file on this machine, whatever paths and links lead to it: device and inode. */
export type Identity = string;

export function identityOf(stat: { readonly dev: bigint; readonly ino: bigint }): Identity {
  return `${stat.dev}:${stat.ino}`;
}

/** The identity of what a path leads to, links followed; undefined where nothing is there. */
export function identityAt(path: string): Identity | undefined {
  const stat = fs.statSync(path, { bigint: true, throwIfNoEntry: false });
  return stat && identityOf(stat);
}
