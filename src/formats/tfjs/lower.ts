import type { Place } from '../../lowering/ports.js';
import { Walk } from '../../lowering/walk.js';
import type { Model } from '../../model/index.js';
import { describedAs } from '../about.js';
import type { Lowered, LowerOptions } from '../format.js';
import type { InputLayoutOptions } from '../input-layout.js';
import { aboutEntries, description, provenance } from '../metadata.js';
import * as attribute from './attributes.js';
import { Builder, type Ref } from './builder.js';
import { tfjsDeclaration } from './declaration.js';
import { demandsExecuteAsync } from './execute-async.js';
import { type End, nameProgram } from './name-program.js';
import { storeWeights } from './precision.js';
import type { Endpoint, Kind, TfjsProgram } from './program.js';
import { rows } from './rows/index.js';

/** @throws UnsupportedError with every node that has no row, or whose row declines */
export function lowerModel(model: Model, options: LowerOptions & InputLayoutOptions): Lowered<TfjsProgram> {
  const build = new Builder();
  const walk = new Walk<Builder, Ref, Kind>(model.graph, build, tfjsDeclaration.name, options.inputLayout !== 'nchw');
  const inputs: End[] = [];
  const outputs: End[] = [];
  walk.inputs((place) => {
    const node = placeholder(build, place);
    inputs.push({ ...place, role: 'input', node });
    return node;
  });
  walk.nodes(rows);
  // The loader gives a node under two keys, a further result, inputs and weights away wrongly: those get a node of their own.
  walk.outputs((place, ref) => {
    const isOwn = build.isComputed(ref) && !outputs.some(({ node }) => node === ref);
    outputs.push({ ...place, role: 'output', node: isOwn ? ref : build.identity(ref) });
  });
  walk.refusals.expectNone();
  // No other node may take the name of an output, and no input that of one.
  const ends = [...outputs, ...inputs];
  const named = nameProgram(build, ends, (name) => model.isSourceName(name));
  const { weights, notes } = storeWeights(named.weights, options.withoutWeights ? undefined : options.precision);
  const endpointOf = ({ node, type: dtype, sizes: shape }: End): Endpoint => {
    const name = named.nameOf(node);
    return { key: name, node: name, dtype, shape };
  };
  const renamed = ends.flatMap(({ node, role, value: { name } }) =>
    named.nameOf(node) === name ? [] : [`TensorFlow.js knows ${role} ${name} as ${named.nameOf(node)}`],
  );
  const about = options.about
    ? aboutEntries(
        options.about,
        describedAs(
          options.about,
          ends.map(({ node, value }) => [named.nameOf(node), value.name]),
        ),
      )
    : [];
  return {
    program: {
      nodes: named.nodes,
      weights,
      inputs: inputs.map(endpointOf),
      outputs: outputs.map(endpointOf),
      metadata: Object.fromEntries([...description(options, named.layout), ...about, ...provenance(named, options)]),
    },
    notes: [...renamed, ...notes, ...executionNotes(named.nodes)],
  };
}

/** What a page has to know before it calls the model. */
function executionNotes(nodes: readonly { readonly op: string }[]): string[] {
  const operation = demandsExecuteAsync(nodes.map(({ op }) => op));
  return operation ? [`TensorFlow.js runs it by executeAsync, not by execute, as it holds ${operation}`] : [];
}

function placeholder(build: Builder, { type, sizes }: Place<Kind>): Ref {
  return build.op('Placeholder', [], {
    dtype: attribute.type(type),
    ...(sizes && { shape: attribute.shape(sizes) }),
  });
}
