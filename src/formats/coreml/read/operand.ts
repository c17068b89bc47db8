import type { Value } from '../../../model/index.js';
import type { ArtefactConstant } from '../../format.js';
import type { Constant, MilType } from '../program/program.js';

/** What a name of the program stands for: a value of the graph, a constant, or both once a constant is read as a tensor. */
export interface Operand {
  readonly name: string;
  readonly type: MilType;
  readonly constant: Constant | undefined;
  /** How a compressed constant lies in the file. */
  readonly stored?: ArtefactConstant | undefined;
  /** The value in the graph; constants become one when first asked for. */
  readonly value: () => Value;
}
