import { portOf } from '../../lowering/ports.js';
import { Walk } from '../../lowering/walk.js';
import type { Model, Value } from '../../model/index.js';
import type { Lowered, LowerOptions, Port } from '../format.js';
import * as attribute from './attributes.js';
import { Builder, type Ref } from './builder.js';
import { type TfjsOptions, tfjsDeclaration } from './declaration.js';
import { metadataOf } from './metadata.js';
import { Names } from './names.js';
import { storeWeights } from './precision.js';
import type { Endpoint, Kind, TfjsProgram } from './program.js';
import { rows } from './rows/index.js';

/** @throws UnsupportedError with every node that has no row, or whose row declines */
export function lowerModel({ graph }: Model, options: LowerOptions & TfjsOptions): Lowered<TfjsProgram> {
  const names = new Names();
  const build = new Builder(names);
  const walk = new Walk<Builder, Ref, Kind>(graph, build, tfjsDeclaration.name, options.inputLayout !== 'nchw');
  const renamed: string[] = [];
  // Public names come first: no other node may take them.
  const [outputNames, inputNames] = [
    publicNames(graph.outputs, 'output', names, renamed),
    publicNames(graph.inputs, 'input', names, renamed),
  ];
  const inputs: { endpoint: Endpoint; port: Port }[] = [];
  const outputs: { endpoint: Endpoint; port: Port }[] = [];
  walk.inputs((place, index) => {
    const { type: dtype, sizes: shape } = place;
    const name = inputNames[index] ?? place.value.name;
    build.enter(name);
    const attributes = { dtype: attribute.type(dtype), ...(shape && { shape: attribute.shape(shape) }) };
    build.nodes.push({ name, op: 'Placeholder', inputs: [], attributes });
    inputs.push({ endpoint: { key: name, node: name, dtype, shape }, port: portOf(place, name) });
    return name;
  });
  walk.nodes(rows);
  // Each output has a node of its own: the loader gives one node under two keys, and inputs and weights, away for good.
  walk.outputs((place, ref, index) => {
    const { type: dtype, sizes: shape } = place;
    const name = outputNames[index] ?? place.value.name;
    build.nodes.push({ name, op: 'Identity', inputs: [ref], attributes: {} });
    outputs.push({ endpoint: { key: name, node: name, dtype, shape }, port: portOf(place, name) });
  });
  walk.refusals.expectNone();
  const { weights, notes } = storeWeights(build.weights, options.withoutWeights ? undefined : options.precision);
  return {
    program: {
      nodes: build.nodes,
      weights,
      inputs: inputs.map(({ endpoint }) => endpoint),
      outputs: outputs.map(({ endpoint }) => endpoint),
      metadata: metadataOf(options, [...inputs, ...outputs]),
    },
    inputs: inputs.map(({ port }) => port),
    outputs: outputs.map(({ port }) => port),
    notes: [...renamed, ...notes],
  };
}

function publicNames(values: readonly Value[], role: string, names: Names, renamed: string[]): string[] {
  return values.map((value) => {
    const name = names.take(value.name, role);
    if (name !== value.name) renamed.push(`TensorFlow.js knows ${role} ${value.name} as ${name}`);
    return name;
  });
}
