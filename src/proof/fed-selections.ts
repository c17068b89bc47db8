import type { Answered } from '../check/index.js';
import type { FedValue } from '../formats/index.js';
import { loadReference } from '../formats/index.js';
import { Tensor, type Value } from '../model/index.js';
import type { Trial, Trials } from '../trials/index.js';

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
  results: readonly Value[],
): Promise<FedSelections> {
  const { feedNameOf } = await loadReference();
  const values = results.flatMap(({ name, dtype }): FedValue[] => {
    const shapes = answered.map(({ outputs }) => outputs.get(name)?.shape ?? []);
    return dtype ? [{ name, dtype, shape: commonShape(shapes) }] : [];
  });
  const fed = answered.map(({ trial, outputs }): Trial => {
    const selected = values.flatMap((value) => {
      const tensor = outputs.get(value.name);
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

/** Sizes that all have; undefined where they differ. */
function commonShape([first = [], ...others]: readonly (readonly number[])[]): (number | undefined)[] {
  return first.map((size, axis) => (others.every((shape) => shape[axis] === size) ? size : undefined));
}

function withoutBools(tensor: Tensor): Tensor {
  return tensor.dtype === 'bool' ? Tensor.from('int32', tensor.shape, tensor.toFloat64()) : tensor;
}
