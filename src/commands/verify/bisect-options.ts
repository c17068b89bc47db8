import { type Declaration, flag, path } from '../../option-kinds.js';

/** What can be asked about the place where a candidate parts from the reference. */
export interface BisectOptions {
  /** Name the node whose own error stands out most over noise. */
  readonly bisect?: boolean | undefined;
  /** Folder for the smallest model that still differs, its input and the command that shows it; implies `bisect`. */
  readonly save?: string | undefined;
  /** File for the error of each value, as Model Explorer lays it over a graph; implies `bisect`. */
  readonly nodeData?: string | undefined;
}

/** How each of them is read and judged. */
export const BISECT = {
  bisect: { kind: flag, flag: '--bisect', help: 'name the node whose own error stands out most over noise' },
  save: {
    kind: path,
    flag: '--save <dir>',
    help: 'where to write the smallest model that still differs, its input and the command that shows it; implies --bisect',
  },
  nodeData: {
    kind: path,
    flag: '--node-data <file>',
    help: "where to write each value's error as an overlay for Model Explorer; implies --bisect",
  },
} satisfies Record<keyof BisectOptions, Declaration>;
