// `mobileone/report.schema.json`, which tells other languages the same, is made from these types and their comments.
import type { ArtefactReport } from '../commands/convert/report.js';
import type { DiffReport, ListedNode, TargetReport } from '../commands/inspect/report.js';
import type { CandidateReport } from '../commands/verify/report.js';
import type { DataType, ErrorExitCode, ErrorName } from '../model/index.js';

/**
 * @asType integer
 * @minimum 0
 */
export type WholeNumber = number;

/** @minimum 0 */
export type NotNegative = number;

/**
 * From 0 to 1.
 * @minimum 0
 * @maximum 1
 */
export type Share = number;

/** @minimum 0 */
export type Milliseconds = number;

/**
 * In lower-case hexadecimal.
 * @pattern ^[0-9a-f]{64}$
 */
export type Sha256 = string;

/** What the command line ends with. */
export type ExitCode = 0 | ErrorExitCode;

/** What became of an artefact, or of a whole run. */
export type Outcome = 'equivalent' | 'different' | 'budget not met' | 'not compared' | 'not checked' | 'failed';

/**
 * What a run found and did. Paths are as the user gave them; there is no time stamp, and no number that JSON cannot hold.
 * @title Report of mobileone
 */
export interface Report {
  readonly tool: { readonly name: 'mobileone'; readonly version: string };
  readonly command: 'convert' | 'inspect' | 'verify';
  /** 0, or that of the first model that failed. */
  readonly exitCode: ExitCode;
  /** `not checked` where nothing failed and something was not compared, as with `--no-check` or by `inspect`. */
  readonly verdict: Outcome;
  /** Wall-clock time of the whole run; null for `verify`, whose times are those of `host`. */
  readonly milliseconds: Milliseconds | null;
  /** For `verify` the one reference, with its candidates. */
  readonly models: readonly ModelReport[];
  /** The machine that verified; null for other commands, and where parts of several machines were merged. */
  readonly host: HostReport | null;
  /** Set where only one part of the samples was tried: then nothing is judged before `mobileone report merge`. */
  readonly part: PartReport | null;
}

/** What one shard of a verification found, for `mobileone report merge` of the same version. */
export interface PartReport {
  /** From 1. */
  readonly shard: WholeNumber;
  readonly of: WholeNumber;
  /** So many were tried here. */
  readonly samples: WholeNumber;
  /** What parts of one run have in common: hashes of models, data and preprocessing, versions, options. */
  readonly facts: Readonly<Record<string, string>>;
  /** By what all parts are judged, as JSON. */
  readonly terms: string;
  /** What each group of samples showed, as JSON. */
  readonly groups: readonly string[];
  /** Of terms and groups. */
  readonly sha256: Sha256;
}

/** Times and facts of the machine of a run: all that may differ between two runs of the same. */
export interface HostReport {
  /** Wall-clock time of the whole run. */
  readonly milliseconds: Milliseconds;
  /** Wall-clock time by station. */
  readonly stations: Readonly<Record<string, Milliseconds>>;
  /** As Node calls them: `linux`, `x64`. */
  readonly platform: string;
  readonly architecture: string;
  readonly node: string;
}

/** What became of one model file. */
export interface ModelReport {
  readonly source: SourceReport;
  readonly exitCode: ExitCode;
  /** Why the exit code is not 0. */
  readonly error: ErrorReport | null;
  readonly inputs: readonly ValueReport[];
  readonly outputs: readonly ValueReport[];
  /** null where the model could not be read so far. */
  readonly before: Counts | null;
  readonly after: Counts | null;
  readonly fused: readonly FusedBlock[];
  readonly declined: readonly DeclinedBlock[];
  /** What was assumed, dropped, raised or renamed, a sentence each. */
  readonly notes: readonly string[];
  /** What each target that was asked about cannot express; empty where it can. */
  readonly targets: readonly TargetReport[];
  /** The source's nodes with `inspect --nodes`, else null. */
  readonly nodes: readonly ListedNode[] | null;
  /** What became of its nodes in another file with `inspect --diff`, else null. */
  readonly diff: DiffReport | null;
  readonly artefacts: readonly ArtefactReport[];
  /** What `verify` compared with this model; empty for other commands. */
  readonly candidates: readonly CandidateReport[];
  /** Wall-clock time by station; empty for `verify`. */
  readonly stations: Readonly<Record<string, Milliseconds>>;
}

/** The file that was given; what could not be read of it is null. */
export interface SourceReport {
  readonly path: string;
  readonly bytes: WholeNumber | null;
  readonly sha256: Sha256 | null;
  readonly data: readonly DataReport[];
  /** Name and version of what wrote the file, where it says so. */
  readonly exporter: string | null;
  readonly irVersion: WholeNumber | null;
  readonly opset: WholeNumber | null;
}

/** A file of external data that the model names. */
export interface DataReport {
  readonly location: string;
  readonly bytes: WholeNumber;
  /** null for a file so large that hashing it would take longer than converting. */
  readonly sha256: Sha256 | null;
}

/** Why something failed: what is wrong, where, and what to do about it. */
export interface ErrorReport {
  /** The class, which says who must act. */
  readonly kind: ErrorName;
  readonly what: string;
  readonly file: string | null;
  readonly node: string | null;
  readonly value: string | null;
  readonly todo: string | null;
}

/** An input, an output or a result of a node. */
export interface ValueReport {
  readonly name: string;
  readonly dtype: DataType | null;
  /** Sizes; a name where the size is open, null where it has none. null: the rank is not known. */
  readonly shape: readonly (WholeNumber | string | null)[] | null;
}

/** What a graph holds, subgraphs included. */
export interface Counts {
  readonly nodes: WholeNumber;
  /** Nodes by operator; those of other domains as `domain.Operator`. */
  readonly operators: Readonly<Record<string, WholeNumber>>;
  /** Elements of the floating-point initialisers that the graph reads. */
  readonly parameters: WholeNumber;
  /** Of Conv, ConvTranspose, Gemm and MatMul at batch 1; null where a shape is not known. */
  readonly multiplyAccumulates: WholeNumber | null;
  /** Of the initialisers that the graph reads, every type. */
  readonly weightBytes: WholeNumber;
}

/** Source nodes that one node stands for now. */
export interface FusedBlock {
  readonly node: string;
  readonly operator: string;
  readonly sources: readonly LinkedNodeReport[];
}

/** Source nodes that the algebra could join and a rule refused. */
export interface DeclinedBlock {
  readonly sources: readonly NodeReport[];
  readonly reason: string;
}

/** A node of the source beside others of its block. */
export interface LinkedNodeReport extends NodeReport {
  /** Places in the list of those whose results it reads. */
  readonly reads: readonly WholeNumber[];
}

/** A node of the source. */
export interface NodeReport {
  readonly name: string;
  readonly operator: string;
}
