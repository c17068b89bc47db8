import fs from 'node:fs';
import path from 'node:path';
import { OutputError } from '../model/index.js';
import { expectReplaceable } from './destination.js';
import { type Identity, identityAt, stampAt } from './identity.js';
import { type StagedOnDisk, syncFolder, writeChunks } from './stage.js';
import { asOutputError } from './system-error.js';
import { Transaction } from './undo.js';

/** How often data files are added again that another run keeps taking away. */
const TRIES = 3;

/**
 * Puts artefacts in place: all of them, or none and every old one is kept. Data files go first, then the one file or
 * folder that commits each artefact, then what only the old ones used goes.
 * @param protect files of this run's inputs, which are never deleted
 * @throws OutputError
 */
export async function putInPlace(staged: readonly StagedOnDisk[], protect: ReadonlySet<Identity>): Promise<void> {
  const [first] = staged;
  if (!first) return;
  const { temporary } = first;
  const transaction = new Transaction(temporary);
  const folder = temporary.parent;
  const committed = new Map(staged.map((each) => [each, stampAt(each.paths.get(each.artefact.commits) ?? '')]));
  let at = first;
  try {
    if (!temporary.isStillThere) {
      throw new OutputError({ what: 'the output folder was moved or replaced meanwhile', where: { file: folder } });
    }
    for (at of staged) await at.onDisk;
    for (at of staged) expectReplaceable(at.destination, folder);
    for (at of staged) addData(at, folder, transaction);
    for (at of staged) commit(at, folder, transaction);
    for (at of staged)
      if (at.destination.placement.kind === 'folder') syncFolder(path.join(folder, at.destination.name));
    syncFolder(folder);
  } catch (error) {
    transaction.rollBack();
    if (error instanceof OutputError) throw atDestination(error, at);
    throw asOutputError(error, at.destination.shown);
  }
  for (const [each, ours] of committed) {
    if (each.destination.placement.kind === 'package') continue;
    try {
      removeOldData(each, folder, ours, protect);
      await addAgain(each, folder, ours);
    } catch (error) {
      throw asOutputError(error, each.destination.shown);
    }
  }
}

function atDestination(error: OutputError, { destination }: StagedOnDisk): OutputError {
  if (error.where.file !== undefined) return error;
  return new OutputError({ what: error.what, where: { file: destination.shown }, cause: error });
}

/** Where a file of an artefact ends up: data files of a single file stand beside it, those of a folder in it. */
function finalPath({ destination, artefact }: StagedOnDisk, folder: string, inside: string): string {
  if (inside === artefact.commits && destination.placement.kind === 'file') return path.join(folder, destination.name);
  return destination.placement.kind === 'file'
    ? path.join(folder, inside)
    : path.join(folder, destination.name, inside);
}

function dataFiles({ artefact, paths }: StagedOnDisk): [inside: string, from: string][] {
  return [...paths].filter(([inside]) => inside !== artefact.commits);
}

/** A folder that does not exist yet is moved in whole; so is every package. */
function isMovedWhole({ destination }: StagedOnDisk, folder: string): boolean {
  if (destination.placement.kind === 'package') return true;
  return destination.placement.kind === 'folder' && !fs.existsSync(path.join(folder, destination.name));
}

/** Folders hold the names of their files; without this a power loss could leave a folder without them. */
function syncFolders({ root, paths }: StagedOnDisk): void {
  for (const folder of new Set([root, ...Array.from(paths.values(), (file) => path.dirname(file))])) syncFolder(folder);
}

function addData(staged: StagedOnDisk, folder: string, transaction: Transaction): void {
  if (isMovedWhole(staged, folder)) return;
  for (const [inside, from] of dataFiles(staged)) transaction.place(from, finalPath(staged, folder, inside));
}

function commit(staged: StagedOnDisk, folder: string, transaction: Transaction): void {
  if (isMovedWhole(staged, folder)) {
    syncFolders(staged);
    transaction.swapFolder(staged.root, path.join(folder, staged.destination.name));
    return;
  }
  const { commits } = staged.artefact;
  const from = staged.paths.get(commits);
  if (from === undefined) throw new Error(`${staged.destination.name} does not hold the file that commits it`);
  transaction.place(from, finalPath(staged, folder, commits));
}

/**
 * Another run may have put its own artefact in place since, and its data files beside ours. So what goes is moved away
 * first, and back where the file that commits turns out not to be ours any more.
 */
function removeOldData(
  staged: StagedOnDisk,
  folder: string,
  ours: string | undefined,
  protect: ReadonlySet<Identity>,
): void {
  const { destination, artefact, temporary } = staged;
  const committing = finalPath(staged, folder, artefact.commits);
  if (stampAt(committing) !== ours) return;
  const home = path.dirname(committing);
  const moved: [from: string, to: string][] = [];
  for (const name of fs.readdirSync(home)) {
    const file = path.join(home, name);
    if (
      !destination.placement.isData(name, destination.name) ||
      artefact.files.has(name) ||
      !fs.lstatSync(file, { throwIfNoEntry: false })?.isFile()
    )
      continue;
    if (protect.has(identityAt(file) ?? '')) continue;
    const away = temporary.fresh();
    try {
      fs.renameSync(file, away);
      moved.push([file, away]);
    } catch {
      // Left over data does no harm; the artefact is in place.
    }
  }
  if (stampAt(committing) === ours) return;
  for (const [file, away] of moved) if (!fs.existsSync(file)) fs.renameSync(away, file);
}

/** Another run may have cleaned up our data files between their arrival and our rename. */
async function addAgain(staged: StagedOnDisk, folder: string, ours: string | undefined): Promise<void> {
  const committing = finalPath(staged, folder, staged.artefact.commits);
  for (let round = 0; round < TRIES; round++) {
    const missing = dataFiles(staged).filter(([inside]) => !fs.existsSync(finalPath(staged, folder, inside)));
    if (missing.length === 0 || stampAt(committing) !== ours) return;
    for (const [inside] of missing) {
      const again = staged.temporary.fresh();
      await writeChunks(again, staged.artefact.files.get(inside) ?? []);
      fs.renameSync(again, finalPath(staged, folder, inside));
    }
  }
}
