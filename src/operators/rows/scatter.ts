import type { Node, Tensor } from '../../model/index.js';
import { sizeOf } from '../../model/index.js';
import { Cells } from '../compute/cells.js';
import { elementPlaces, slicePlaces } from '../compute/indices.js';
import { operator } from '../operator.js';
import { normalizeAxis } from '../shape/axes.js';
import { likeOf } from '../shape/facts.js';

/** What becomes of an element that is written to, beside the update itself. */
export type Reduction = 'none' | 'add' | 'mul' | 'max' | 'min';

const REDUCTIONS: readonly string[] = ['none', 'add', 'mul', 'max', 'min'] satisfies readonly Reduction[];

function isReduction(name: string): name is Reduction {
  return REDUCTIONS.includes(name);
}

function reductionOf(node: Node): Reduction {
  const reduction = node.opset < 16 ? 'none' : node.string('reduction', 'none');
  if (!isReduction(reduction)) throw node.invalid(`reduction ${reduction} is not one of ${REDUCTIONS.join(', ')}`);
  return reduction;
}

export interface ScatterElementsParameters {
  /** From the front where the rank is known. */
  readonly axis: number;
  readonly reduction: Reduction;
}

const elementwise = {
  traits: [],
  parameters: (node: Node): ScatterElementsParameters => {
    const axis = node.int('axis', 0);
    const { rank } = node.input(0);
    return { axis: rank === undefined ? axis : normalizeAxis(node, axis, rank), reduction: reductionOf(node) };
  },
  infer: (node: Node) => [likeOf(node.input(0))],
  compute: (
    [data, indices, updates]: readonly (Tensor | undefined)[],
    { axis, reduction }: ScatterElementsParameters,
  ) => {
    if (!data || !indices || !updates || reduction !== 'none') return undefined;
    return written(data, elementPlaces(data, indices, axis), updates, 1);
  },
};

/** The data with updates written where indices of the updates' shape say along one axis; same shape as the data. */
export const scatterElements = operator('ScatterElements', elementwise);

/** The name of `ScatterElements` before operator set 11. */
export const scatter = operator('Scatter', elementwise);

/** The data with slices written at places that the last axis of the indices spells out; same shape as the data. */
export const scatterNd = operator('ScatterND', {
  traits: [],
  parameters: (node) => ({ reduction: reductionOf(node) }),
  infer: (node) => [likeOf(node.input(0))],
  compute: ([data, indices, updates], { reduction }) => {
    if (!data || !indices || !updates || reduction !== 'none') return undefined;
    const run = sizeOf(data.shape.slice(indices.shape.at(-1) ?? 0));
    return written(data, slicePlaces(data, indices, 0), updates, run);
  },
});

/** A copy of `data` with runs of `updates` at `places`; declined where two meet, since their order is not defined. */
function written(data: Tensor, places: Float64Array | undefined, updates: Tensor, run: number): Tensor[] | undefined {
  const [old, news, target] = [Cells.of(data), Cells.of(updates), Cells.zeros(data.dtype, data.size)];
  if (!places || !old || !news || !target || updates.dtype !== data.dtype) return undefined;
  if (updates.size !== places.length * run || new Set(places).size < places.length) return undefined;
  target.copy(0, old, 0, data.size);
  for (let i = 0; i < places.length; i++) target.copy(places[i] ?? 0, news, i * run, run);
  return [target.toTensor(data.shape)];
}
