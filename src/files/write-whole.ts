import fs from 'node:fs';
import path from 'node:path';
import { OutputError } from '../model/index.js';
import { writeChunks } from './stage.js';
import { asOutputError } from './system-error.js';
import { TemporaryFolder } from './temporary-folder.js';

/**
 * Refuses a place where no file can be put, before there is anything to write.
 * @throws OutputError
 */
export function expectWritable(file: string): void {
  try {
    const resolved = path.resolve(file);
    const stat = fs.statSync(resolved, { throwIfNoEntry: false });
    if (stat?.isDirectory()) throw new OutputError({ what: 'exists and is a folder', where: { file } });
    let folder = stat && !stat.isFile() ? resolved : path.dirname(resolved);
    while (!fs.existsSync(folder)) folder = path.dirname(folder);
    fs.accessSync(folder, fs.constants.W_OK);
    if (!stat && !fs.statSync(folder).isDirectory()) {
      throw new OutputError({ what: `cannot be written: ${folder} is not a folder`, where: { file } });
    }
  } catch (error) {
    throw error instanceof OutputError ? error : asOutputError(error, file);
  }
}

/**
 * Writes one file so that its name holds the old content or the new, never a part. A link at that name is followed to
 * the regular file it names; a pipe or device that the user named (`/dev/stderr`) is written to as it is.
 * @throws OutputError
 */
export async function writeWhole(file: string, bytes: Uint8Array): Promise<void> {
  try {
    // Looked at under the very path that is renamed to: `missing/../dev/full` is nothing to the system, and a device to us.
    const resolved = path.resolve(file);
    const stat = fs.statSync(resolved, { throwIfNoEntry: false });
    if (stat?.isDirectory()) throw new OutputError({ what: 'exists and is a folder', where: { file } });
    if (stat && !stat.isFile()) {
      await fs.promises.writeFile(resolved, bytes);
      return;
    }
    const place = stat ? fs.realpathSync(resolved) : resolved;
    const temporary = new TemporaryFolder(path.dirname(place));
    let isPlaced = false;
    try {
      const written = temporary.fresh();
      await writeChunks(written, [bytes]);
      fs.renameSync(written, place);
      isPlaced = true;
    } finally {
      temporary.remove({ isPlaced });
    }
  } catch (error) {
    if (error instanceof OutputError) throw new OutputError({ what: error.what, where: { file }, cause: error.cause });
    throw asOutputError(error, file);
  }
}
