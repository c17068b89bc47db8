export { DataInMemory } from './data-in-memory.js';
export { type Destination, destinationOf, expectFolder, expectReplaceable } from './destination.js';
export { expectNoInput, expectNoInputIn, expectNotAmong, expectNotInside } from './expect-no-input.js';
export { type DataBeside, ExternalData, type ExternalFile } from './external-data.js';
export { filesInMemory } from './files-in-memory.js';
export { filesOnDisk } from './files-on-disk.js';
export { folderName } from './folder-name.js';
export {
  type ArtefactInMemory,
  expectWithin,
  type FileInMemory,
  type FilesByPath,
  type FolderInMemory,
  filesOf,
  nameOf,
  pathsAmong,
  plainBytes,
} from './given.js';
export { type Identity, identityAt, placeKey } from './identity.js';
export { Journal } from './journal.js';
export { homeFolder, workingFolder } from './known-folders.js';
export { type ListedFile, listFiles } from './list-files.js';
export { machine } from './machine.js';
export { type Outlet, openOutlet } from './outlet.js';
export { readPackageFile } from './package-file.js';
export type { FilesOnDisk, Placement } from './placement.js';
export { putInPlace } from './put-in-place.js';
export { type HashedFile, type ReadFile, readFile, readHashed, readMeanwhile } from './read-file.js';
export { folderOf, isFolder, readFolder } from './read-folder.js';
export { Scratch } from './scratch.js';
export { Sha256, sha256 } from './sha256.js';
export { type ArtefactFiles, type Staged, type StagedOnDisk, stageArtefact, type WrittenFile } from './stage.js';
export { TemporaryFolder } from './temporary-folder.js';
export { expectWritable, writeWhole } from './write-whole.js';
