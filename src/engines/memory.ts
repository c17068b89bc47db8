import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { freemem } from 'node:os';
import { promisify } from 'node:util';

const GIBIBYTE = 2 ** 30;

/** What an engine may hold: three quarters of what is free now, at most 16 GiB. Bytes. */
export function defaultMemoryLimit(): number {
  return Math.min(0.75 * freemem(), 16 * GIBIBYTE);
}

/** Resident bytes of a process; undefined where the system does not tell or the process is gone. */
export async function residentBytes(pid: number): Promise<number | undefined> {
  if (process.platform === 'linux') return residentOnLinux(pid);
  if (process.platform === 'win32') return undefined;
  try {
    const { stdout } = await promisify(execFile)('ps', ['-o', 'rss=', '-p', String(pid)]);
    return Number(stdout) * 1024;
  } catch {
    return undefined;
  }
}

function residentOnLinux(pid: number): number | undefined {
  try {
    const kibibytes = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1];
    return kibibytes === undefined ? undefined : Number(kibibytes) * 1024;
  } catch {
    return undefined;
  }
}
