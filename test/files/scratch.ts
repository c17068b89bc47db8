import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, vi } from 'vitest';

const folders: string[] = [];

/** A folder of a test's own, removed after it. */
export function scratch(): string {
  const folder = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'mobileone-test-')));
  folders.push(folder);
  return folder;
}

/** Every file below a folder with its content, links as what they lead to: equal before and after is "nothing changed". */
export function contentOf(folder: string): Record<string, string> {
  const content = new Map<string, string>();
  for (const entry of fs.readdirSync(folder, { withFileTypes: true, recursive: true })) {
    const file = path.join(entry.parentPath, entry.name);
    const name = path.relative(folder, file);
    if (entry.isSymbolicLink()) content.set(name, `-> ${fs.readlinkSync(file)}`);
    else if (entry.isFile()) content.set(name, fs.readFileSync(file, 'utf8'));
    else if (entry.isDirectory()) content.set(`${name}/`, '');
  }
  return Object.fromEntries([...content].sort());
}

/** A system error as Node throws it. */
export function systemError(code: string): Error {
  return Object.assign(new Error(code), { code, errno: -1, syscall: 'injected' });
}

afterEach(() => {
  vi.restoreAllMocks();
  for (const folder of folders.splice(0)) fs.rmSync(folder, { recursive: true, force: true });
});
