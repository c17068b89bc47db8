import type { ValueReport } from '../../report/report.js';

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
