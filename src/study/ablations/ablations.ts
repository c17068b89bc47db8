import { ACTIVATIONS, type ActivationName } from './activations.js';
import { atDepth, macsOfStages } from './equal-work.js';
import type { AblationName } from './names.js';
import { type Design, PLAIN } from './plain-network.js';

/** One way to build the network. */
export interface Variant {
  readonly name: string;
  readonly design: Design;
}

/** One choice of the network, and the ways to make it; the first is what the others are held against. */
export interface Ablation {
  readonly question: string;
  readonly variants: readonly [Variant, ...Variant[]];
}

const plain = (name: string): Variant => ({ name, design: PLAIN });

/** A stage at 7x7 has so few numbers that a pool is over at once; at 56x56 it is not. */
const SQUEEZED = [1, 2, 4] as const;
/** Two and four parts of the narrowest layer, 16 channels, are whole. */
const BRANCHES = [2, 4] as const;
const DEPTHS = [15, 60, 120] as const;

/** What can be asked, by the word that asks for it. */
export const ABLATIONS: Readonly<Record<AblationName, Ablation>> = {
  activation: {
    question: 'the same convolutions with another activation behind each',
    variants: [
      plain('ReLU'),
      ...activationNames()
        .filter((name) => name !== PLAIN.activation)
        .map((activation) => ({ name: activation, design: { ...PLAIN, activation } })),
    ],
  },
  se: {
    question: 'a squeeze-excite in each layer of the last stages',
    variants: [
      plain('none'),
      ...SQUEEZED.map((squeezeExcite) => ({
        name: squeezeExcite === 1 ? 'the last stage' : `the last ${squeezeExcite} stages`,
        design: { ...PLAIN, squeezeExcite },
      })),
      { name: 'all layers', design: { ...PLAIN, squeezeExcite: PLAIN.stages.length } },
    ],
  },
  skip: {
    question: 'what came before added to the result of a layer',
    variants: [
      plain('none'),
      { name: 'over every two layers', design: { ...PLAIN, skip: 'every two' } },
      { name: 'over every layer', design: { ...PLAIN, skip: 'every layer' } },
    ],
  },
  branches: {
    question: 'several convolutions in the place of one: side by side with equal work, or added as before a merge',
    variants: [
      plain('1'),
      ...BRANCHES.map((branches) => ({
        name: `${branches} side by side`,
        design: { ...PLAIN, branches, join: 'side by side' as const },
      })),
      ...BRANCHES.map((branches) => ({ name: `${branches} added`, design: { ...PLAIN, branches } })),
    ],
  },
  depth: {
    question: 'more layers that are narrower, or fewer that are wider, with about equal work',
    variants: [
      plain('30 layers'),
      ...DEPTHS.map((depth) => ({
        name: `${depth} layers`,
        design: { ...PLAIN, stages: atDepth(PLAIN.stages, depth) },
      })),
    ],
  },
};

/** About how many multiply-accumulates each network of an ablation has: those of its convolutions. */
export function macsOfVariants(name: AblationName): readonly number[] {
  return ABLATIONS[name].variants.map(({ design: { stages, branches, join } }) => {
    return macsOfStages(stages) * (join === 'added' ? branches : 1);
  });
}

function activationNames(): readonly ActivationName[] {
  return Object.keys(ACTIVATIONS).filter((name): name is ActivationName => name in ACTIVATIONS);
}
