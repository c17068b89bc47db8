import type { Model, Value } from '../../model/index.js';
import { ACTIVATIONS, type ActivationName } from './activations.js';
import { channelsOf, Layers } from './layers.js';
import { squeezeExcite } from './squeeze-excite.js';

/** Layers of one width, the first of which halves height and width. */
export interface Stage {
  readonly layers: number;
  readonly width: number;
}

/** A network of 3x3 convolutions, each with an activation behind it, and what is chosen of it. */
export interface Design {
  readonly stages: readonly Stage[];
  readonly activation: ActivationName;
  /** How many of the last stages have a squeeze-excite in each layer. */
  readonly squeezeExcite: number;
  /** What is added to a layer's result: nothing, its own input, or every other time that of the layer before it. */
  readonly skip: 'none' | 'every layer' | 'every two';
  /** How many convolutions read the input of a layer. */
  readonly branches: number;
  /** Whether each of them is as wide as the layer, and all are added, or each makes its part of the channels. */
  readonly join: 'added' | 'side by side';
}

/** Height and width of the image. */
export const SIZE = 224;
const IMAGE = [1, 3, SIZE, SIZE];
const CLASSES = 1000;

/** 30 convolutions, single-branched, with what is fastest everywhere: what all choices are held against. */
export const PLAIN: Design = {
  stages: [
    { layers: 1, width: 16 },
    { layers: 6, width: 32 },
    { layers: 8, width: 64 },
    { layers: 9, width: 128 },
    { layers: 6, width: 256 },
  ],
  activation: 'ReLU',
  squeezeExcite: 0,
  skip: 'none',
  branches: 1,
  join: 'added',
};

/** The network of a design, from an image of 224 x 224 to a thousand classes. */
export function plainNetwork(design: Design): Model {
  const layers = new Layers();
  let x = layers.input(IMAGE);
  for (const [at, { width, layers: count }] of design.stages.entries()) {
    const hasSqueezeExcite = at >= design.stages.length - design.squeezeExcite;
    let before = x;
    for (let layer = 0; layer < count; layer++) {
      const skipped =
        design.skip === 'every layer' ? x : design.skip === 'every two' && layer % 2 === 0 ? before : undefined;
      before = x;
      // The first of a stage changes all sizes, so nothing that came before can be added to it.
      x = addLayer(layers, x, { design, width, stride: layer === 0 ? 2 : 1, hasSqueezeExcite, skipped });
    }
  }
  layers.model.graph.setOutputs([layers.classify(layers.node('GlobalAveragePool', [x]), CLASSES)]);
  return layers.model;
}

interface LayerParts {
  readonly design: Design;
  readonly width: number;
  readonly stride: number;
  readonly hasSqueezeExcite: boolean;
  readonly skipped: Value | undefined;
}

function addLayer(layers: Layers, x: Value, { design, width, stride, hasSqueezeExcite, skipped }: LayerParts): Value {
  let y = convolve(layers, x, design, width, stride);
  if (hasSqueezeExcite) y = squeezeExcite(layers, y);
  const isAlike = stride === 1 && skipped && channelsOf(skipped) === width;
  if (isAlike) y = layers.node('Add', [y, skipped]);
  return ACTIVATIONS[design.activation](layers, y);
}

function convolve(layers: Layers, x: Value, { branches, join }: Design, width: number, stride: number): Value {
  const channels = join === 'added' ? width : width / branches;
  const made = Array.from({ length: branches }, () => layers.conv(x, { channels, kernel: 3, stride }));
  if (join === 'side by side' && branches > 1) return layers.node('Concat', made, { axis: 1 });
  return made.reduce((sum, branch) => layers.node('Add', [sum, branch]));
}
