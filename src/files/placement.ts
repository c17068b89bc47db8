/** What lies at a final name, for who has to tell an artefact of its own from a stranger's. */
export interface FilesOnDisk {
  /** Everything below, folders before what they hold; of a single file that alone, with the path `''`. Links are `other`. */
  entries(): Iterable<{ readonly path: string; readonly kind: 'file' | 'folder' | 'other' }>;
  /** Bytes of a regular file; undefined where there is none. */
  size(path: string): number | undefined;
  /** Bytes of a regular file from `offset`, fewer than `length` where it ends before. */
  read(path: string, offset: number, length: number): Uint8Array;
}

/** Why a file is not read, and what to do about it. */
export interface Refusal {
  readonly what: string;
  readonly todo: string;
}

/** What a file may hold, and what is said of one that holds more. */
export interface SizeLimit extends Refusal {
  readonly bytes: number;
  /** Of one that is of another kind, seen by its first bytes: its size is then beside the point. */
  readonly instead?: (head: Uint8Array) => Refusal | undefined;
}

/** Where an artefact lies, and what of that is its own. */
export interface Placement {
  /**
   * How it gets in place. `file`: one rename, data files beside it come first. `folder`: files named by their content are
   * added, then one file is renamed over the old one. `package`: the whole folder is swapped.
   */
  readonly kind: 'file' | 'folder' | 'package';
  /** The file that says what the others are, and is put in place last; of a single file `''`. */
  readonly main: string;
  /** What a file of it can hold at most, where the format has an end of its own. */
  readonly largest?: SizeLimit;
  /** As messages call what may be replaced: `an ONNX file`. */
  readonly ours: string;
  /** Whether what lies at the final name may be replaced. */
  owns(files: FilesOnDisk): boolean;
  /** Whether a file where data files go is one of the artefact of this name. Only such are ever deleted. */
  isData(name: string, artefact: string): boolean;
}
