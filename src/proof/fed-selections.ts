import type { Answered } from '../check/index.js';
import type { Outputs } from '../check/source-run.js';
import type { FedValue } from '../formats/index.js';
import { loadReference } from '../formats/index.js';
import { Tensor } from '../model/index.js';
import type { Trial, Trials } from '../trials/index.js';
import type { AsRead } from './reference-runs.js';

/** Trials in which what a source selected comes in with its inputs. */
export interface FedSelections {
  readonly trials: Trials;
  readonly values: readonly FedValue[];
}

/**
 * Near ties change places by rounding alone, and what follows is then another, right or wrong. Where source and artefact
 * are both given the source's selection, what lies behind it has to agree.
 * @param answered what the source gave, results of its selections included
 */
export async function feedSelections(
  { isUserGiven, notes }: Trials,
  answered: Answered,
  results: readonly AsRead[],
): Promise<FedSelections> {
  const { feedNameOf } = await loadReference();
  const most = Math.max(1, ...answered.flatMap(({ outputs }) => results.map((value) => boxesOf(value, outputs))));
  const isBoxes = new Set(results.filter(selectsBoxes).map(({ name }) => name));
  const given = (name: string, outputs: Outputs) => {
    const tensor = outputs.get(name);
    return tensor && isBoxes.has(name) ? withRows(tensor, most) : tensor;
  };
  const values = results.flatMap(({ name, dtype }): FedValue[] => {
    const shapes = answered.map(({ outputs }) => given(name, outputs)?.shape ?? []);
    return dtype ? [{ name, dtype, shape: commonShape(shapes) }] : [];
  });
  const fed = answered.map(({ trial, outputs }): Trial => {
    const selected = values.flatMap((value) => {
      const tensor = given(value.name, outputs);
      return tensor ? [[feedNameOf(value), withoutBools(tensor)] as const] : [];
    });
    const { feeds, artefactFeeds } = trial;
    return {
      ...trial,
      feeds: new Map([...feeds, ...selected]),
      artefactFeeds: new Map([...artefactFeeds, ...selected]),
    };
  });
  const settings = [...new Set(fed.map(({ setting }) => setting))];
  return {
    values,
    trials: {
      isUserGiven,
      notes,
      settings: settings.map((setting) => [() => fed.filter((trial) => trial.setting === setting)]),
      others: [],
    },
  };
}

const selectsBoxes = ({ producer }: AsRead): boolean => producer?.is('NonMaxSuppression') ?? false;

function boxesOf(value: AsRead, outputs: Outputs): number {
  return selectsBoxes(value) ? (outputs.get(value.name)?.shape[0] ?? 0) : 0;
}

/**
 * Triples [n, 3] of an image, a class and a box with the first box of all behind them, so that every trial has as many: some
 * artefacts have fixed sizes, and none at all is none of them.
 */
function withRows(triples: Tensor, rows: number): Tensor {
  const [, width = 3] = triples.shape;
  const elements = new BigInt64Array(rows * width);
  elements.set(triples.toBigInts());
  return Tensor.from('int64', [rows, width], Array.from(elements, Number));
}

/** Sizes that all have; undefined where they differ. */
function commonShape([first = [], ...others]: readonly (readonly number[])[]): (number | undefined)[] {
  return first.map((size, axis) => (others.every((shape) => shape[axis] === size) ? size : undefined));
}

function withoutBools(tensor: Tensor): Tensor {
  return tensor.dtype === 'bool' ? Tensor.from('int32', tensor.shape, tensor.toFloat64()) : tensor;
}
