import { isInteger, type Node, type Value } from '../model/index.js';
import { hasTrait } from './index.js';

/** Boxes to which a multiple of their class was added, so that those of unlike classes overlap nowhere. */
export interface BoxesApart {
  /** As they were before. */
  readonly boxes: Value;
  /** The classes, as integers. */
  readonly classes: Value;
  /** What moves them, from the classes on. */
  readonly nodes: readonly Node[];
}

/**
 * Where what a NonMaxSuppression compares was moved apart by class: `boxes + Cast(classes) * step`, as torchvision's `batched_nms`
 * and its relatives have it. undefined: it was not.
 */
export function boxesApart(compared: Value): BoxesApart | undefined {
  const behind: Node[] = [];
  let moved = compared;
  while (moved.producer && hasTrait(moved.producer, 'moves') && hasTrait(moved.producer, 'reshapes', 'elementwise')) {
    behind.push(moved.producer);
    moved = moved.producer.input(0);
  }
  const sum = moved.producer;
  if (!sum?.is('Add')) return undefined;
  for (const [boxes, offset] of [
    [sum.input(0), sum.input(1)],
    [sum.input(1), sum.input(0)],
  ] as const) {
    const isOneForAll = offset.shape?.at(-1) === 1 && boxes.shape?.at(-1) !== 1;
    const found = isOneForAll ? classesIn(offset) : undefined;
    if (found) return { boxes, classes: found.classes, nodes: [...found.nodes, sum, ...behind] };
  }
  return undefined;
}

/** The integers that a number for each box is a multiple of. */
function classesIn(offset: Value): { readonly classes: Value; readonly nodes: readonly Node[] } | undefined {
  const { producer } = offset;
  if (!producer) return undefined;
  const isPassed = producer.is('Mul') || hasTrait(producer, 'moves', 'joins');
  if (!isPassed) return undefined;
  for (const operand of producer.is('Mul') || hasTrait(producer, 'joins') ? producer.inputs : [producer.inputs[0]]) {
    if (!operand || operand.constant) continue;
    if (isInteger(operand.dtype)) return { classes: operand, nodes: [producer] };
    const found = classesIn(operand);
    if (found) return { classes: found.classes, nodes: [...found.nodes, producer] };
  }
  return undefined;
}
