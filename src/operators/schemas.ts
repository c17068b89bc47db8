// Written by tools/operator-schemas.py from onnx 1.23.2; not edited by hand.

/**
 * A line for each of ONNX's own operators, over all operator sets: its name, the first operator set that has it (then, if it
 * was taken out, the first without it, and that in which it came back), how many operands it needs and how many it and its
 * results may be at most (`*`: any number), and its attributes.
 */
export const SCHEMAS = `
Abs 1 1 1 1 consumed_inputs
Acos 7 1 1 1
Acosh 9 1 1 1
Add 1 2 2 1 axis broadcast consumed_inputs
AffineGrid 20 2 2 1 align_corners
And 1 2 2 1 axis broadcast
ArgMax 1 1 1 1 axis keepdims select_last_index
ArgMin 1 1 1 1 axis keepdims select_last_index
Asin 7 1 1 1
Asinh 9 1 1 1
Atan 7 1 1 1
Atanh 9 1 1 1
Attention 23 3 7 4 is_causal kv_num_heads left_window_size q_num_heads qk_matmul_output_mode right_window_size scale softcap softmax_precision
AveragePool 1 1 1 1 auto_pad ceil_mode count_include_pad dilations kernel_shape pads strides
BatchNormalization 1 5 5 5 consumed_inputs epsilon is_test momentum spatial training_mode
Bernoulli 15 1 1 1 dtype seed
BitCast 26 1 1 1 to
BitShift 11 2 2 1 direction
BitwiseAnd 18 2 2 1
BitwiseNot 18 1 1 1
BitwiseOr 18 2 2 1
BitwiseXor 18 2 2 1
BlackmanWindow 17 1 1 1 output_datatype periodic
Cast 1 1 1 1 round_mode saturate to
CastLike 15 2 2 1 round_mode saturate
CausalConvWithState 27 2 4 2 activation
Ceil 1 1 1 1 consumed_inputs
Celu 12 1 1 1 alpha
CenterCropPad 18 2 2 1 axes
Clip 1 1 3 1 consumed_inputs max min
Col2Im 18 3 3 1 dilations pads strides
Compress 9 2 2 1 axis
Concat 1 0 * 1 axis
ConcatFromSequence 11 1 1 1 axis new_axis
Constant 1 0 0 1 sparse_value value value_float value_floats value_int value_ints value_string value_strings
ConstantOfShape 9 1 1 1 value
Conv 1 2 3 1 auto_pad dilations group kernel_shape pads strides
ConvInteger 10 2 4 1 auto_pad dilations group kernel_shape pads strides
ConvTranspose 1 2 3 1 auto_pad dilations group kernel_shape output_padding output_shape pads strides
Cos 7 1 1 1
Cosh 9 1 1 1
CumProd 26 2 2 1 exclusive reverse
CumSum 11 2 2 1 exclusive reverse
DFT 17 1 3 1 axis inverse onesided
DeformConv 19 3 5 1 dilations group kernel_shape offset_group pads strides
DepthToSpace 1 1 1 1 blocksize mode
DequantizeLinear 10 2 3 1 axis block_size output_dtype
Det 11 1 1 1
Div 1 2 2 1 axis broadcast consumed_inputs
Dropout 1 1 3 2 consumed_inputs is_test ratio seed
DynamicQuantizeLinear 11 1 1 3
Einsum 12 0 * 1 equation
Elu 1 1 1 1 alpha consumed_inputs
Equal 1 2 2 1 axis broadcast
Erf 9 1 1 1
Exp 1 1 1 1 consumed_inputs
Expand 8 2 2 1
EyeLike 9 1 1 1 dtype k
Flatten 1 1 1 1 axis
Floor 1 1 1 1 consumed_inputs
GRU 1 3 6 2 activation_alpha activation_beta activations clip direction hidden_size layout linear_before_reset output_sequence
Gather 1 2 2 1 axis
GatherElements 11 2 2 1 axis
GatherND 11 2 2 1 batch_dims
Gelu 20 1 1 1 approximate
Gemm 1 2 3 1 alpha beta broadcast transA transB
GlobalAveragePool 1 1 1 1
GlobalLpPool 1 1 1 1 p
GlobalMaxPool 1 1 1 1
Greater 1 2 2 1 axis broadcast
GreaterOrEqual 12 2 2 1
GridSample 16 2 2 1 align_corners mode padding_mode
GroupNormalization 18-18-21 3 3 1 epsilon num_groups stash_type
HammingWindow 17 1 1 1 output_datatype periodic
HannWindow 17 1 1 1 output_datatype periodic
HardSigmoid 1 1 1 1 alpha beta consumed_inputs
HardSwish 14 1 1 1
Hardmax 1 1 1 1 axis
Identity 1 1 1 1
If 1 1 1 * else_branch then_branch
ImageDecoder 20 1 1 1 pixel_format
InstanceNormalization 1 3 3 1 consumed_inputs epsilon
IsInf 10 1 1 1 detect_negative detect_positive
IsNaN 9 1 1 1
LRN 1 1 1 1 alpha beta bias size
LSTM 1 3 8 3 activation_alpha activation_beta activations clip direction hidden_size input_forget layout output_sequence
LayerNormalization 17 2 3 3 axis epsilon stash_type
LeakyRelu 1 1 1 1 alpha consumed_inputs
Less 1 2 2 1 axis broadcast
LessOrEqual 12 2 2 1
LinearAttention 27 3 6 2 chunk_size kv_num_heads q_num_heads scale update_rule
Log 1 1 1 1 consumed_inputs
LogSoftmax 1 1 1 1 axis
Loop 1 0 * * body
LpNormalization 1 1 1 1 axis p
LpPool 1 1 1 1 auto_pad ceil_mode dilations kernel_shape p pads strides
MatMul 1 2 2 1
MatMulInteger 10 2 4 1
Max 1 0 * 1 consumed_inputs
MaxPool 1 1 1 2 auto_pad ceil_mode dilations kernel_shape pads storage_order strides
MaxRoiPool 1 2 2 1 pooled_shape spatial_scale
MaxUnpool 9 2 3 1 kernel_shape pads strides
Mean 1 0 * 1 consumed_inputs
MeanVarianceNormalization 9 1 1 1 axes
MelWeightMatrix 17 5 5 1 output_datatype
Min 1 0 * 1 consumed_inputs
Mish 18 1 1 1
Mod 10 2 2 1 fmod
Mul 1 2 2 1 axis broadcast consumed_inputs
Multinomial 7 1 1 1 dtype sample_size seed
Neg 1 1 1 1 consumed_inputs
NegativeLogLikelihoodLoss 12 2 3 1 ignore_index reduction
NonMaxSuppression 10 2 5 1 center_point_box
NonZero 9 1 1 1
Not 1 1 1 1
OneHot 9 3 3 1 axis
Optional 15 0 1 1 type
OptionalGetElement 15 1 1 1
OptionalHasElement 15 0 1 1
Or 1 2 2 1 axis broadcast
PRelu 1 2 2 1 consumed_inputs
Pad 1 1 4 1 mode paddings pads value
Pow 1 2 2 1 axis broadcast
QLinearConv 10 8 9 1 auto_pad dilations group kernel_shape pads strides
QLinearMatMul 10 8 8 1
QuantizeLinear 10 2 3 1 axis block_size output_dtype precision saturate
RMSNormalization 23 2 2 1 axis epsilon stash_type
RNN 1 3 6 2 activation_alpha activation_beta activations clip direction hidden_size layout output_sequence
RandomNormal 1 0 0 1 dtype mean scale seed shape
RandomNormalLike 1 1 1 1 dtype mean scale seed
RandomUniform 1 0 0 1 dtype high low seed shape
RandomUniformLike 1 1 1 1 dtype high low seed
Range 11 3 3 1 stash_type
Reciprocal 1 1 1 1 consumed_inputs
ReduceL1 1 1 2 1 axes keepdims noop_with_empty_axes
ReduceL2 1 1 2 1 axes keepdims noop_with_empty_axes
ReduceLogSum 1 1 2 1 axes keepdims noop_with_empty_axes
ReduceLogSumExp 1 1 2 1 axes keepdims noop_with_empty_axes
ReduceMax 1 1 2 1 axes keepdims noop_with_empty_axes
ReduceMean 1 1 2 1 axes keepdims noop_with_empty_axes
ReduceMin 1 1 2 1 axes keepdims noop_with_empty_axes
ReduceProd 1 1 2 1 axes keepdims noop_with_empty_axes
ReduceSum 1 1 2 1 axes keepdims noop_with_empty_axes
ReduceSumSquare 1 1 2 1 axes keepdims noop_with_empty_axes
RegexFullMatch 20 1 1 1 pattern
Relu 1 1 1 1 consumed_inputs
Reshape 1 1 2 1 allowzero consumed_inputs shape
Resize 10 1 4 1 antialias axes coordinate_transformation_mode cubic_coeff_a exclude_outside extrapolation_value keep_aspect_ratio_policy mode nearest_mode
ReverseSequence 10 2 2 1 batch_axis time_axis
RoiAlign 10 3 3 1 coordinate_transformation_mode mode output_height output_width sampling_ratio spatial_scale
RotaryEmbedding 23 3 4 1 interleaved num_heads rotary_embedding_dim
Round 11 1 1 1
STFT 17 2 4 1 onesided
Scan 8 0 * * body directions num_scan_inputs scan_input_axes scan_input_directions scan_output_axes scan_output_directions
Scatter 9-11 3 3 1 axis
ScatterElements 11 3 3 1 axis reduction
ScatterND 11 3 3 1 reduction
Selu 1 1 1 1 alpha consumed_inputs gamma
SequenceAt 11 2 2 1
SequenceConstruct 11 0 * 1
SequenceEmpty 11 0 0 1 dtype
SequenceErase 11 1 2 1
SequenceInsert 11 2 3 1
SequenceLength 11 1 1 1
SequenceMap 17 1 * * body
Shape 1 1 1 1 end start
Shrink 9 1 1 1 bias lambd
Sigmoid 1 1 1 1 consumed_inputs
Sign 9 1 1 1
Sin 7 1 1 1
Sinh 9 1 1 1
Size 1 1 1 1
Slice 1 1 5 1 axes ends starts
Softmax 1 1 1 1 axis
SoftmaxCrossEntropyLoss 12 2 3 2 ignore_index reduction
Softplus 1 1 1 1
Softsign 1 1 1 1
SpaceToDepth 1 1 1 1 blocksize mode
Split 1 1 2 * axis num_outputs split
SplitToSequence 11 1 2 1 axis keepdims
Sqrt 1 1 1 1 consumed_inputs
Squeeze 1 1 2 1 axes
StringConcat 20 2 2 1
StringNormalizer 10 1 1 1 case_change_action is_case_sensitive locale stopwords
StringSplit 20 1 1 2 delimiter maxsplit
Sub 1 2 2 1 axis broadcast consumed_inputs
Sum 1 0 * 1 consumed_inputs
SwiGLU 28 2 2 1 alpha
Swish 24 1 1 1 alpha
Tan 7 1 1 1
Tanh 1 1 1 1 consumed_inputs
TensorScatter 24 2 3 1 axis mode
TfIdfVectorizer 9 1 1 1 max_gram_length max_skip_count min_gram_length mode ngram_counts ngram_indexes pool_int64s pool_strings weights
ThresholdedRelu 10 1 1 1 alpha
Tile 1 2 3 1
TopK 1 1 2 2 axis k largest sorted
Transpose 1 1 1 1 perm
Trilu 14 1 2 1 upper
Unique 11 1 1 4 axis sorted
Unsqueeze 1 1 2 1 axes
Upsample 1-10 1 2 1 height_scale mode scales width_scale
Where 9 3 3 1
Xor 1 2 2 1 axis broadcast
`;
