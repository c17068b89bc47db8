import type { DataType } from '../../../model/index.js';

/** A value that is fed instead of being computed. */
export interface FedValue {
  readonly name: string;
  readonly dtype: DataType;
  /** Sizes that are the same in all runs; undefined where they are not. */
  readonly shape: readonly (number | undefined)[];
}

/** What an engine is fed for a value: bools as integers, since no target has inputs of bools. */
export function feedNameOf({ name, dtype }: Pick<FedValue, 'name' | 'dtype'>): string {
  return dtype === 'bool' ? `${name}/selected` : name;
}
