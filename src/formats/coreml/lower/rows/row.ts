import type { Node } from '../../../../model/index.js';
import type { NodeBuilder } from '../node-builder.js';

/**
 * How one ONNX operator becomes operations of MIL: emits them and says what the node's results are.
 * @throws Declined, with the reason, where it cannot say the same
 */
export type Row = (node: Node, to: NodeBuilder) => void;

/** Rows of one family, by the name of the ONNX operator. */
export type Rows = Readonly<Record<string, Row>>;
