export { type ArtefactKind, type Destination, destinationOf, expectFolder, expectReplaceable } from './destination.js';
export { ExternalData, type ExternalFile } from './external-data.js';
export { type Identity, identityAt, placeKey } from './identity.js';
export { putInPlace } from './put-in-place.js';
export { type HashedFile, ONNX_LIMIT, type ReadFile, readFile, readHashed, type SizeLimit } from './read-file.js';
export { sha256 } from './sha256.js';
export { type ArtefactFiles, type Staged, stageArtefact, type WrittenFile } from './stage.js';
export { TemporaryFolder } from './temporary-folder.js';
export { expectWritable, writeWhole } from './write-whole.js';
