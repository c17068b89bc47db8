import type { NodeReport, ValueReport, WholeNumber } from '../../report/report.js';

/** A node by the names that `--keep-fp32` and `--outputs` take. */
export interface ListedNode {
  readonly name: string;
  /** That of another domain as `domain.Operator`. */
  readonly operator: string;
  /** Names of the values it reads, constants too; empty where an optional one is left out. */
  readonly inputs: readonly string[];
  readonly outputs: readonly ValueReport[];
}

/** What one target says of a model. */
export interface TargetReport {
  readonly target: string;
  readonly unsupported: readonly UnsupportedReport[];
}

/** A node that a target cannot express, and why. */
export interface UnsupportedReport {
  readonly node: string;
  readonly operator: string;
  readonly reason: string;
}

/** Which nodes of a model became which of another file. */
export interface DiffReport {
  /** Of the other file. */
  readonly path: string;
  readonly format: string;
  /** How that is known: the file says it, values have the same names, or only operators and ends are alike. */
  readonly by: 'origins' | 'names' | 'structure';
  /** So many stand alone for one of the same operator. */
  readonly same: WholeNumber;
  readonly changed: readonly ChangedReport[];
  /** Nodes of the model that none stands for. */
  readonly gone: readonly NodeReport[];
  /** Nodes of the other file that stand for none. */
  readonly added: readonly NodeReport[];
}

/** Nodes of a model, and what stands for them together. */
export interface ChangedReport {
  readonly sources: readonly NodeReport[];
  readonly nodes: readonly NodeReport[];
}
