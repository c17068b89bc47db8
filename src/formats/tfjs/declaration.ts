import type { FilesOnDisk } from '../../files/placement.js';
import { channelsLastDeclaration } from '../channels-last-declaration.js';
import type { FormatDeclaration } from '../format.js';

const MODEL = 'model.json';
/** V8 cannot hold a longer string than twice this. */
const LARGEST_JSON = 2 ** 28;
const SHARD = /^group1-shard\d+of\d+\.[0-9a-f]{16}\.bin$/;

/** TensorFlow.js takes images as a browser gives them. */
export const tfjsDeclaration: FormatDeclaration = {
  name: 'tfjs',
  title: 'TensorFlow.js',
  suffix: '.tfjs',
  engine: 'tensorflow.js',
  placement: {
    kind: 'folder',
    main: MODEL,
    ours: 'a folder that mobileone wrote',
    owns: isOurs,
    isData: (name) => SHARD.test(name),
  },
  ...channelsLastDeclaration,
};

function isOurs(files: FilesOnDisk): boolean {
  const size = files.size(MODEL);
  if (size === undefined || size > LARGEST_JSON) return false;
  try {
    const json: unknown = JSON.parse(new TextDecoder().decode(files.read(MODEL, 0, size)));
    return typeof json === 'object' && json !== null && 'generatedBy' in json && json.generatedBy === 'mobileone';
  } catch {
    return false;
  }
}
