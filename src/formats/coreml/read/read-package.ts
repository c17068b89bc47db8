import { type Bytes, Model } from '../../../model/index.js';
import { WireError } from '../../../protobuf/index.js';
import type { ArtefactProgram } from '../../format.js';
import { BLOB_FILE_NAME, BLOB_FILE_NAME_OF_FIRST, VERSIONS } from '../program/data-types.js';
import type { MilType } from '../program/program.js';
import { coremlCodec, type Message } from '../program/schema.js';
import { BlobReader } from './blob-reader.js';
import type { ReadClassifier } from './classifier.js';
import { damaged } from './damaged.js';
import { addDetections, readDetector } from './detector.js';
import { checkDescription, type Features } from './read-description.js';
import { readManifest } from './read-manifest.js';
import { ProgramReader } from './read-program.js';

/** The operator set in which a program is written down: the first with all that rows need (`Gelu`). */
const OPSET = 20;
const IR_VERSION = 9;

/** A package as it was read. */
export interface ReadPackage {
  readonly model: Model;
  readonly description: Message<'ModelDescription'>;
  readonly classifier: ReadClassifier | undefined;
  /** Class names that its operations or models have. */
  readonly labels: readonly string[] | undefined;
  /** Names of what operations make, in their order. */
  readonly values: readonly string[];
  /** In what, and how many, elements of floating-point constants are held. */
  readonly held: ProgramReader['held'];
  /** How, and how many, elements of constants are stored in few steps. */
  readonly compressed: ProgramReader['compressed'];
  /** Whether any operation computes in float16. */
  readonly computesInHalf: boolean;
  readonly program: ArtefactProgram;
}

/**
 * Opens a package and turns its program into ONNX, knowing nothing of who wrote it. The graph computes in the precision that
 * the program states: its values are float32, and behind each fp16 operation they are rounded to binary16, once. Constants are
 * what the file holds. A classifier's table is an output under its own name, as is what its softmax reads.
 * @param files path within the package to content
 * @throws InputError where the package is damaged, contradicts itself, or holds what is no plain ML Program
 */
export function readPackage(files: ReadonlyMap<string, Bytes>): ReadPackage {
  const manifest = readManifest(files);
  const bytes = files.get(manifest.modelPath);
  if (!bytes) throw damaged(`${manifest.modelPath} is no file`);
  const message = decode(bytes);
  const { description } = message;
  const detector = message.pipeline && readDetector(message);
  const { mlProgram, description: own } = detector?.program ?? message;
  if (!mlProgram) throw damaged('its model is no ML Program');
  if (!description || !own) throw damaged('its model has no description');
  if (message.isUpdatable) throw damaged('an updatable model is not read here');
  const { main, block } = mainOf(mlProgram, message.specificationVersion ?? 0);

  const fileName = detector ? BLOB_FILE_NAME_OF_FIRST : BLOB_FILE_NAME;
  const blobFile = files.get(manifest.modelPath.replace(/[^/]*$/, fileName.replace('@model_path/', '')));
  const blobs = blobFile && new BlobReader(blobFile, fileName);
  const model = new Model({
    opsets: new Map([['', OPSET]]),
    metadata: new Map(description.metadata?.userDefined),
    provenance: { ...EMPTY, irVersion: IR_VERSION, producerName: 'mobileone' },
  });
  if (blobs && blobs.claimed !== blobs.count) {
    model.notes.push(`weight.bin says that it has ${blobs.claimed} records and has ${blobs.count}`);
  }
  for (const stray of manifest.strays) model.notes.push(`${stray} is in no entry of Manifest.json and was ignored`);

  const program = new ProgramReader(model.graph, blobs, message.specificationVersion ?? 0);
  const inputs = new Map<string, MilType>();
  for (const input of main.inputs) inputs.set(input.name ?? '', program.addInput(input));
  program.readOperations(block.operations);
  const outputs = addOutputs(model, program, block.outputs);
  program.checkTypes();
  checkDescription(own, inputs, outputs);
  const detected = detector ? addDetections(model, detector, description) : [];
  const { classifier, held, compressed, computesInHalf, operations } = program;
  const values = [...program.values, ...detected];
  const recorded: ArtefactProgram = {
    inputs: [...inputs.keys()],
    outputs: block.outputs.map((name, index) => ({ role: `output ${index}`, value: name })),
    operations,
  };
  const labels = detector?.labels ?? classifier?.labels;
  return { model, description, classifier, labels, values, held, compressed, computesInHalf, program: recorded };
}

const EMPTY = { producerVersion: '', domain: '', modelVersion: 0n, docString: '' };

function decode(bytes: Bytes): Message<'Model'> {
  try {
    return coremlCodec.decode('Model', bytes);
  } catch (error) {
    throw error instanceof WireError ? damaged(`model.mlmodel: ${error.what}`) : error;
  }
}

/** The one function and its one block. @throws InputError where versions do not go together, or there is more than that */
function mainOf({ version, functions }: Message<'Program'>, specification: number) {
  const known = VERSIONS.find((candidate) => candidate.specification === specification);
  if (!known) throw damaged(`specificationVersion ${specification} is not known`);
  if (version !== 1) throw damaged(`the program has version ${version ?? 0}, not 1`);
  const main = functions.get('main');
  if (!main || functions.size !== 1) throw damaged(`its functions are ${[...functions.keys()]}, not main`);
  if (main.opset !== known.opset) throw damaged(`opset ${main.opset} with specificationVersion ${specification}`);
  const block = main.blockSpecializations.get(known.opset);
  if (!block || main.blockSpecializations.size !== 1) throw damaged(`main has not one block, for ${known.opset}`);
  if (block.inputs.length > 0) throw damaged('the block of main has inputs of its own');
  return { main, block };
}

/** Makes the block's outputs those of the graph. */
function addOutputs({ graph }: Model, program: ProgramReader, names: readonly string[]): Features {
  const { classifier } = program;
  const features = new Map<string, MilType | 'label' | 'probabilities'>();
  for (const name of names) {
    if (features.has(name)) throw damaged(`${name} is an output twice`);
    if (name === classifier?.labelName) features.set(name, 'label');
    else if (name === classifier?.probabilitiesName) features.set(name, 'probabilities');
    else {
      const operand = program.operandOf(name);
      const value = operand.value();
      if (operand.constant || value.isInput) throw damaged('an output is made by no operation', name);
      features.set(name, operand.type);
      graph.addOutput(value);
    }
  }
  if (features.size === 0) throw damaged('it has no outputs');
  if (classifier) {
    const { probabilities, probabilitiesName, labelName } = classifier;
    if (!features.has(probabilitiesName) || !features.has(labelName))
      throw damaged('a result of classify is no output');
    const value = probabilities.value();
    const softmax = value.producer;
    if (softmax?.is('Softmax') && !softmax.input(0).isOutput) graph.addOutput(softmax.input(0));
    graph.addOutput(
      graph.insert({ operator: 'Identity', inputs: [value], outputs: [probabilitiesName], origin: [] }).output(),
    );
  }
  return features;
}
