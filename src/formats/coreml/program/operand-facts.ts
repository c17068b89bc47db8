/** Least and highest rank of a tensor of a program, where an operation says nothing else. */
const ANY: Ranks = [0, 5];

type Ranks = readonly [least: number, highest: number];

const listed = (ranks: Ranks, names: string) => names.split(' ').map((name) => [name, ranks] as const);

/**
 * Ranks that the first operand of an operation may have, by coremltools' constructors and by what its documentation says
 * beyond them. `batch_norm` is documented for rank 5 as well, where Apple's runtime ends the process.
 */
const RANKS: ReadonlyMap<string, Ranks> = new Map([
  ...listed([3, 5], 'conv conv_transpose avg_pool max_pool crop'),
  ...listed([3, 5], 'resize_bilinear resize_nearest_neighbor upsample_bilinear upsample_nearest_neighbor'),
  ...listed([3, 4], 'batch_norm instance_norm'),
  ...listed([3, 3], 'non_maximum_suppression'),
  ...listed([0, 0], 'range_1d'),
  ...listed([4, 4], 'prelu depth_to_space space_to_depth pixel_shuffle resample'),
  ...listed([1, 3], 'linear'),
  ...listed([2, 5], 'matmul resize'),
  ...listed(
    [1, 5],
    'layer_norm softmax cumsum topk argsort gather gather_along_axis scatter_nd concat split tile transpose',
  ),
  ...listed(
    [1, 5],
    'pad reverse slice_by_index slice_by_size reduce_argmax reduce_argmin reduce_l1_norm reduce_l2_norm',
  ),
  ...listed([1, 5], 'reduce_log_sum reduce_log_sum_exp reduce_max reduce_mean reduce_min reduce_prod reduce_sum'),
  ...listed([1, 5], 'reduce_sum_square'),
]);

/** Operands that are constants in every version that our programs are written for. */
const CONSTANTS: ReadonlySet<string> = new Set([
  'bias',
  'mean',
  'variance',
  'gamma',
  'beta',
  'alpha',
  'epsilon',
  'value',
  'constant_val',
  'padding_value',
  'iou_threshold',
  'score_threshold',
]);

/** Least and highest rank of what an operation works on: its `x`, its `data` or each of its `values`. */
export const ranksOf = (operation: string): Ranks => RANKS.get(operation) ?? ANY;

/** Whether an operand has to be a constant. */
export const mustBeConstant = (operation: string, argument: string): boolean =>
  CONSTANTS.has(argument) || (argument === 'weight' && operation !== 'conv');
