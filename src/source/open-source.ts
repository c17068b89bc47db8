import {
  type DataBeside,
  DataInMemory,
  ExternalData,
  type FileInMemory,
  filesOf,
  type Identity,
  plainBytes,
  readHashed,
  readMeanwhile,
  sha256 as sha256Of,
} from '../files/index.js';
import { loadOnnx, ONNX_LIMIT } from '../formats/index.js';
import { InputError, type Model } from '../model/index.js';
import type { DataReport, SourceReport } from '../report/index.js';

/** Hashing more than this would take longer than everything else. */
const LARGEST_HASHED = 2 ** 31;

/** What a file may hold before it is refused: nodes, subgraphs and functions included, and bytes with all external data. */
export interface ReadingLimits {
  readonly maxNodes: number;
  readonly maxBytes: number;
}

/** A model that was read. Its weights are read from `external` when first used, so close it last. */
export interface OpenSource {
  /** As messages call it. */
  readonly path: string;
  /** What was validated; engines get these bytes and no others. */
  readonly bytes: Uint8Array;
  readonly model: Model;
  readonly external: DataBeside;
  /** undefined: nobody asked for it. */
  readonly sha256: string | undefined;
  /** undefined: it was given as bytes, and lies nowhere. */
  readonly identity: Identity | undefined;
  /** Data files that tensors lie in, also those that nothing reads. */
  readonly locations: ReadonlySet<string>;
  /** The model of the same bytes once more, untouched by passes. */
  readAgain(): Model;
}

/**
 * Reads a model and what it says; external data only as far as it is needed.
 * @param limits what is refused, and whether its description is to hold hashes, for which data files are read whole
 * @throws InputError
 */
export async function openSource(
  given: string | FileInMemory,
  limits: ReadingLimits & { readonly isHashed?: boolean },
): Promise<OpenSource> {
  const loading = loadOnnx();
  const { path, bytes, sha256, identity } = await readModel(given, limits.isHashed ?? false);
  if (bytes.length > limits.maxBytes) {
    throw new InputError({
      what: `over the limit of ${limits.maxBytes} bytes`,
      where: { file: path },
      todo: 'raise it with --max-bytes',
    });
  }
  const { readOnnx } = await loading;
  const rest = { maxBytes: limits.maxBytes - bytes.length };
  const external =
    typeof given === 'string' ? new ExternalData(path, rest) : new DataInMemory(filesOf(given.files), rest);
  const locations = new Set<string>();
  const onLocation = (location: string) => {
    locations.add(location);
  };
  const read = () => readOnnx(bytes, { ...limits, externalData: external.read, onLocation });
  try {
    return { path, bytes, sha256, identity, external, locations, model: read(), readAgain: read };
  } catch (error) {
    external.close();
    throw error;
  }
}

async function readModel(
  given: string | FileInMemory,
  isHashed: boolean,
): Promise<Pick<OpenSource, 'path' | 'bytes' | 'sha256' | 'identity'>> {
  if (typeof given !== 'string') {
    const bytes = plainBytes(given.bytes);
    return { path: given.name, bytes, sha256: isHashed ? sha256Of([bytes]) : undefined, identity: undefined };
  }
  return isHashed ? readHashed(given, ONNX_LIMIT) : { ...(await readMeanwhile(given, ONNX_LIMIT)), sha256: undefined };
}

/** What the report says of a source. With its hash go those of data files: without that nothing binds them to the model. */
export function describeSource({ path, bytes, sha256, model, external }: OpenSource): SourceReport {
  const { producerName, producerVersion, irVersion } = model.provenance;
  return {
    path,
    bytes: bytes.length,
    sha256: sha256 ?? null,
    data: external.files.map(
      ({ location, bytes: size }): DataReport => ({
        location,
        bytes: size,
        sha256: sha256 !== undefined && size <= LARGEST_HASHED ? external.hash(location) : null,
      }),
    ),
    exporter: [producerName, producerVersion].filter(Boolean).join(' ') || null,
    irVersion,
    opset: model.opset,
  };
}
