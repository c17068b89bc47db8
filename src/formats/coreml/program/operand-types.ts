import type { MilDataType } from './data-types.js';

const FLOATS: readonly MilDataType[] = ['fp16', 'fp32'];
const NUMBERS: readonly MilDataType[] = [...FLOATS, 'int32'];
const ALL: readonly MilDataType[] = [...NUMBERS, 'bool'];

/** Arguments that share one element type in an operation, in MIL's definitions its `T`. The others have a type of their own. */
const OPERANDS: ReadonlySet<string> = new Set([
  ...['x', 'y', 'a', 'b', 'values', 'value', 'weight', 'bias', 'mean', 'variance', 'gamma', 'beta', 'alpha'],
  ...['epsilon', 'constant_val', 'padding_value', 'boxes', 'scores', 'iou_threshold', 'score_threshold'],
  ...['data', 'updates'],
]);

/** Operations whose result is bool whatever their operands are. */
const COMPARISONS: ReadonlySet<string> = new Set([
  'equal',
  'not_equal',
  'greater',
  'greater_equal',
  'less',
  'less_equal',
]);

const listed = (types: readonly MilDataType[], names: string) => names.split(' ').map((name) => [name, types] as const);

/**
 * Element types that the operands of an operation may have, of the types that our programs hold. From the type domains in
 * coremltools' definitions of MIL, which are the same for these types from iOS 15 to iOS 18.
 */
const DOMAINS: ReadonlyMap<string, readonly MilDataType[]> = new Map([
  ...listed(FLOATS, 'conv conv_transpose avg_pool max_pool l2_pool'),
  ...listed(FLOATS, 'batch_norm instance_norm layer_norm l2_norm local_response_norm'),
  ...listed(FLOATS, 'clip relu relu6 clamped_relu elu gelu leaky_relu linear_activation prelu scaled_tanh sigmoid'),
  ...listed(FLOATS, 'sigmoid_hard silu softmax softplus softplus_parametric softsign thresholded_relu'),
  ...listed(FLOATS, 'acos asin atan atanh ceil cos cosh erf exp floor inverse log round rsqrt sin sinh sqrt tan tanh'),
  ...listed(FLOATS, 'crop pad depth_to_space space_to_depth pixel_shuffle resample non_maximum_suppression'),
  ...listed(FLOATS, 'resize_bilinear resize_nearest_neighbor upsample_bilinear upsample_nearest_neighbor'),
  ...listed(NUMBERS, 'abs exp2 sign square threshold'),
  ...listed(NUMBERS, 'add sub mul real_div floor_div mod pow maximum minimum'),
  ...listed(NUMBERS, [...COMPARISONS].join(' ')),
  ...listed(NUMBERS, 'linear matmul'),
  ...listed(NUMBERS, 'reduce_argmax reduce_argmin reduce_l1_norm reduce_l2_norm reduce_log_sum reduce_log_sum_exp'),
  ...listed(NUMBERS, 'reduce_max reduce_mean reduce_min reduce_prod reduce_sum reduce_sum_square'),
  ...listed(NUMBERS, 'range_1d resize'),
  ...listed(NUMBERS, 'argsort cumsum topk gather gather_along_axis gather_nd scatter_nd'),
  ...listed(ALL, 'cast identity select fill shape concat stack split'),
  ...listed(ALL, 'expand_dims flatten2d reshape reverse slice_by_index slice_by_size squeeze tile transpose'),
  ...listed(['bool'], 'logical_and logical_not logical_or logical_xor'),
]);

/** Whether an argument of this name is an operand, whose type the operation's domain bounds. */
export const isOperand = (argument: string): boolean => OPERANDS.has(argument);

/** Whether operands of an operation may have this element type. @throws Error for an operation that is not in the table */
export function takes(type: string, dtype: MilDataType): boolean {
  const domain = DOMAINS.get(type);
  if (!domain) throw new Error(`no element types are known for ${type}`);
  return domain.includes(dtype);
}

/** Whether an operation gives bools whatever its operands are. */
export const isComparison = (type: string): boolean => COMPARISONS.has(type);
