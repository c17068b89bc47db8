/**
 * What passes, layouts and checks ask of any operator. Each row lists those that hold for it in every operator set, so that a
 * new operator says by itself where it belongs.
 *
 * - `elementwise`: an element of a result is computed from the elements at its place, operands broadcast. Asked by the layout
 *   (any order of the axes will do) and by whoever looks for formulas: activations, borders, what normalises pixels.
 * - `moves`: every element of the results is one of the first operand's, converted at most, and its value has no say in where
 *   it goes; `joins`: one of any operand's. Asked by the check, for what holds of all elements of a value.
 * - `reshapes`: the results hold the first operand's elements in their order; only the sizes differ. Asked by the passes that
 *   join, drop and look through such nodes, and by the layout.
 * - `selects`: floats are compared, with each other or with the steps of a quantisation, and the result jumps where two of them
 *   change places, however little they move. Asked by the check, which then judges what was compared.
 * - `squashes`: a result is between 0 and 1 and engines compute it as a fraction of 1, so small ones have few digits that mean
 *   anything. Asked by the check.
 * - `product`: sums of products of the first two operands, a convolution's or a matrix product's. Asked by who counts
 *   multiply-accumulates or tells what weights are there.
 * - `forgetsSignOfZero`: floats have the same results for 0 and -0, in whatever operand: even functions, f(0) not 0, sums
 *   from 0 on. Asked by the passes that would turn one into the other.
 * - `random`: draws its results anew on every run. Asked by whoever tells what is the same on every run.
 * - `measures`: the results say how large the operand is, and nothing of what is in it. Asked by the layout, and by who looks
 *   for values that answer something.
 * - `optionalResults`: the first result is computed the same whether the others are asked for or not. Asked by the pass that
 *   leaves out what nobody reads.
 * - `spatial`: the first operand is [N, C, D…], and so are the results of its rank; engines have kernels for it that want
 *   channels last. `keepsAxes`: results of the first operand's rank have its axes, of which parameters may name some. Asked by
 *   the layout.
 */
export type Trait =
  | 'elementwise'
  | 'moves'
  | 'joins'
  | 'reshapes'
  | 'selects'
  | 'squashes'
  | 'product'
  | 'forgetsSignOfZero'
  | 'random'
  | 'measures'
  | 'optionalResults'
  | 'spatial'
  | 'keepsAxes';
