import { InputError } from '../../model/index.js';
import { invalid } from './invalid.js';
import type { Message } from './schema.js';

/** What ONNX Runtime loads, and what the operator list covers. */
const FIRST_OPSET = 7;
const LAST_OPSET = 26;
/** Given to models that use other domains alone: what passes may add to them is written in it. Every engine loads it. */
const OPSET_OF_ADDED = 17;
/** The IR version that came with operator set 26, and the newest that engines load. */
export const LAST_IR_VERSION = 13;

/** ONNX's own domain has two spellings; `''` is ours. */
export function domainOf(domain: string | undefined): string {
  return domain === undefined || domain === 'ai.onnx' ? '' : domain;
}

/**
 * Domain to version.
 * @throws InputError where a domain stands twice with different versions: its meaning would depend on reading order
 */
export function readOpsets(imports: readonly Message<'OperatorSetIdProto'>[]): Map<string, number> {
  const opsets = new Map<string, number>();
  for (const { domain: spelled, version = 0 } of imports) {
    const domain = domainOf(spelled);
    const known = opsets.get(domain);
    if (known !== undefined && known !== Number(version)) {
      throw invalid(`opset of domain '${domain}' stands twice, as ${known} and ${version}`);
    }
    opsets.set(domain, Number(version));
  }
  return opsets;
}

/** A model whose nodes are all of other domains need not import ONNX's own; it gets a version, for what passes may add. */
export function addUnusedOpset(opsets: Map<string, number>, proto: Message<'GraphProto'>): void {
  if (!opsets.has('') && opsets.size > 0 && !usesOwnOperators(proto)) opsets.set('', OPSET_OF_ADDED);
}

function usesOwnOperators(proto: Message<'GraphProto'>): boolean {
  const graphs = [proto];
  for (let graph = graphs.pop(); graph; graph = graphs.pop()) {
    for (const { domain, attribute } of graph.node) {
      if (domainOf(domain) === '') return true;
      for (const { g, graphs: inner } of attribute) graphs.push(...(g ? [g] : []), ...inner);
    }
  }
  return false;
}

/** @throws InputError where the version of ONNX's own operators is absent or not one that can be read */
export function checkOpset(opsets: ReadonlyMap<string, number>, end: number): void {
  const opset = opsets.get('');
  if (opset === undefined) {
    throw new InputError({
      what: `not valid ONNX: no opset_import for ONNX's own operators (a file truncated at byte ${end}?)`,
      todo: 'export or download the model again',
    });
  }
  if (opset < FIRST_OPSET || opset > LAST_OPSET) {
    throw new InputError({
      what: `opset ${opset} cannot be read: supported from ${FIRST_OPSET} to ${LAST_OPSET}`,
      todo: `export it with opset_version ${opset > LAST_OPSET ? LAST_OPSET : OPSET_OF_ADDED}, or convert it with onnx's version_converter`,
    });
  }
}
