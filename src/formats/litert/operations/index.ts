import { elementwise } from './elementwise.js';
import { joins } from './joins.js';
import { movement } from './movement.js';
import type { Operation } from './operation.js';
import { picks } from './picks.js';
import { reductions } from './reductions.js';
import { shapes } from './shapes.js';
import { windowed } from './windows.js';

export { type Known, Misfit, Operands, type Operation, type Option, type Options } from './operation.js';
export { ACTIVATIONS, SAME, VALID } from './windows.js';

const all: readonly Operation[] = [
  ...elementwise,
  ...windowed,
  ...shapes,
  ...joins,
  ...picks,
  ...movement,
  ...reductions,
];

/** The operators of TensorFlow Lite that are read and written here, by name. */
export const operations: ReadonlyMap<string, Operation> = new Map(all.map((each) => [each.name, each]));

/** The same by their numbers. */
export const operationsByCode: ReadonlyMap<number, Operation> = new Map(all.map((each) => [each.code, each]));
