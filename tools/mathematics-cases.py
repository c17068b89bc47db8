"""Writes test/operators/computed-cases.jsonl and type-cases.jsonl: nodes of the mathematical operators.

The first holds operands and right results of what is computed; the second only types and shapes, of all.
Run from the root of the repository: python tools/mathematics-cases.py
"""

import itertools

import node_cases
import numpy as np
from node_cases import TooMuch, array, asked, onnx_cases, typed, write

UNARY = """Abs Acos Acosh Asin Asinh Atan Atanh BitwiseNot Ceil Celu Cos Cosh Elu Erf Exp Floor Gelu HardSigmoid HardSwish
Identity IsInf IsNaN LeakyRelu Log Mish Neg Not Reciprocal Relu Round Selu Shrink Sigmoid Sign Sin Sinh Softplus Softsign
Sqrt Swish Tan Tanh ThresholdedRelu""".split()
BINARY = """Add And BitShift BitwiseAnd BitwiseOr BitwiseXor Div Equal Greater GreaterOrEqual Less LessOrEqual Max Mean Min
Mod Mul Or Pow PRelu Sub Sum Xor""".split()
REDUCTIONS = [f"Reduce{name}" for name in "L1 L2 LogSum LogSumExp Max Mean Min Prod Sum SumSquare".split()]
COMPUTED = UNARY + BINARY + REDUCTIONS + "Clip Conv Gemm LogSoftmax MatMul Softmax Where".split()
TYPED = """AffineGrid ArgMax ArgMin Attention AveragePool ConvInteger DFT DeformConv Det
Dropout DynamicQuantizeLinear GRU GlobalAveragePool GlobalMaxPool GridSample
Hardmax LRN LSTM LpPool MatMulInteger MaxPool MaxUnpool
MelWeightMatrix NegativeLogLikelihoodLoss NonMaxSuppression QLinearConv QLinearMatMul RNN Resize RoiAlign
RotaryEmbedding STFT SoftmaxCrossEntropyLoss TensorScatter TopK Upsample""".split()

# What networks make their weights and positions with, in larger cases.
FOLDED = """ArgMax ArgMin AveragePool BitCast BlackmanWindow GlobalAveragePool GlobalLpPool GlobalMaxPool HammingWindow HannWindow
Hardmax LRN LpPool MaxPool TopK BatchNormalization ConvTranspose CumProd CumSum DequantizeLinear Einsum GroupNormalization InstanceNormalization
LayerNormalization LpNormalization MeanVarianceNormalization QuantizeLinear RMSNormalization""".split()

node_cases.LARGEST = 300
random = np.random.default_rng(7)
SPECIAL = array([0, -0.0, np.inf, -np.inf, np.nan, 1, -1.5, 2.5, -0.3, 3.4028235e38, -1e-39, 7])
EDGES = {
    name: array([0, 1, 3, 7, np.iinfo(name).max, np.iinfo(name).min], name)
    for name in "int8 int32 uint32 int64 uint64".split()
}


def draw(*shape):
    return random.standard_normal(shape).astype("float32")


def pairs(values):
    a, b = np.meshgrid(values, values)
    return [a.ravel(), b.ravel()]


# name, operator, opset, inputs, number of outputs, attributes
computed = [(f"{op}: special numbers", op, 20, [SPECIAL], 1, {}) for op in "Abs Ceil Floor Neg Reciprocal Relu Round Sign Sqrt IsInf IsNaN LeakyRelu HardSigmoid ThresholdedRelu".split()]  # fmt: skip
for op in "Add Sub Mul Div Min Max Equal Less GreaterOrEqual".split():
    computed.append((f"{op}: special numbers", op, 18, pairs(SPECIAL[:8]), 1, {}))
    computed.append((f"{op}: float16 rounds once", op, 18, pairs(array([1, 1.001, 3, 65504, 6e-8, 0.3333], "float16")), 1, {}))
for op in "Add Sub Mul Div BitwiseXor Mod Max".split():
    for name, values in EDGES.items():
        a, b = pairs(values)
        if op in ("Div", "Mod"):
            a, b = a[b != 0], b[b != 0]
        computed.append((f"{op}: edges of {name}", op, 18, [a, b], 1, {}))
for op, (left, right) in itertools.product(["Sub", "Max", "Less"], [((2, 3, 4), (4,)), ((2, 3, 4), (3, 1)), ((3, 1), (2, 1, 4)), ((3, 4), ()), ((), (2, 2)), ((0, 3), (1, 3))]):
    computed.append((f"{op}: {left} with {right}", op, 18, [draw(*left).reshape(left), np.asarray(draw(*right)).reshape(right)], 1, {}))
computed += [(f"{op}: numbers of unit size", op, 18, [draw(9)], 1, {}) for op in ("Erf", "Mish")]
for exponent in (2, 3, 0.5, -1):
    computed.append((f"Pow: to {exponent}", "Pow", 15, [SPECIAL[:9], array(exponent)], 1, {}))
computed += [
    ("Pow: integers", "Pow", 15, [array([2, -3, 0, 7], "int64"), array([5, 3, 0, 1], "int64")], 1, {}),
    ("Mod: fmod", "Mod", 13, [array([5, -5, 5.5, -5.5]), array([3, 3, -3, 2])], 1, dict(fmod=1)),
    ("Mod: signs of integers", "Mod", 13, [array([5, -5, 5, -5], "int32"), array([3, 3, -3, -3], "int32")], 1, {}),
    ("Clip: no bounds", "Clip", 13, [SPECIAL], 1, {}),
    ("Clip: attributes", "Clip", 6, [SPECIAL], 1, dict(min=0.0, max=6.0)),
    ("Clip: below", "Clip", 13, [SPECIAL, array(-1)], 1, {}),
    ("Clip: above", "Clip", 13, [SPECIAL, None, array(2)], 1, {}),
    ("Clip: bounds that cross", "Clip", 13, [SPECIAL, array(2), array(1)], 1, {}),
    ("Clip: int64", "Clip", 13, [EDGES["int64"], array(2, "int64"), array(2**62, "int64")], 1, {}),
    ("Clip: int8", "Clip", 13, [EDGES["int8"], array(-3, "int8"), array(5, "int8")], 1, {}),
    ("Where: three shapes", "Where", 16, [array([[1], [0]], "bool"), draw(2, 1, 3), array(7)], 1, {}),
    ("Where: int64", "Where", 16, [array([1, 0], "bool"), array([2**62, 1], "int64"), array(-1, "int64")], 1, {}),
]
for opset, axes in itertools.product((11, 18), ([0], [1, 2], [-1], [0, 1, 2])):
    for op, keep in itertools.product(["ReduceMean", "ReduceMax", "ReduceL2"], (0, 1)):
        data = draw(2, 3, 4)
        inputs, extra = ([data], dict(axes=axes)) if opset < 18 else ([data, array(axes, "int64")], {})
        computed.append((f"{op}: axes {axes}, keepdims {keep}", op, opset, inputs, 1, dict(extra, keepdims=keep)))
for op in ("ReduceSum", "ReduceProd", "ReduceMin", "ReduceMax", "ReduceSumSquare"):
    computed.append((f"{op}: int64", op, 18, [array([[3, -4], [5, 6]], "int64"), array([0], "int64")], 1, {}))
    computed.append((f"{op}: int32", op, 18, [array([[3, -4], [5, 6]], "int32")], 1, dict(keepdims=0)))
    computed.append((f"{op}: over no axes", op, 18, [draw(2, 2)], 1, dict(noop_with_empty_axes=1)))
for opset, axis in itertools.product((11, 13), (0, 1, -1)):
    for op in ("Softmax", "LogSoftmax"):
        computed.append((f"{op}: axis {axis}", op, opset, [draw(2, 3, 4)], 1, dict(axis=axis)))
for a, b in [((3, 4), (4, 5)), ((4,), (4, 5)), ((3, 4), (4,)), ((4,), (4,)), ((2, 3, 2), (2, 5)), ((2, 1, 3, 2), (3, 2, 2)), ((3, 0), (0, 2))]:
    computed.append((f"MatMul: {a} with {b}", "MatMul", 13, [draw(*a), draw(*b)], 1, {}))
for a, b in itertools.product((0, 1), (0, 1)):
    sides = [draw(4, 3) if a else draw(3, 4), draw(5, 4) if b else draw(4, 5)]
    computed.append((f"Gemm: transA {a}, transB {b}", "Gemm", 13, [*sides, draw(3, 1)], 1, dict(transA=a, transB=b, alpha=0.3, beta=0.5)))
    computed.append((f"Gemm: transA {a}, transB {b}, no C", "Gemm", 13, sides, 1, dict(transA=a, transB=b)))
for pads, stride, dilation in [({}, 1, 1), (dict(pads=[1, 0, 2, 1]), 2, 1), (dict(auto_pad="SAME_UPPER"), 2, 1), (dict(auto_pad="SAME_LOWER"), 1, 1), (dict(auto_pad="VALID"), 1, 1)]:
    for group in (1, 2):
        computed.append((f"Conv: group {group}, stride {stride}, dilation {dilation}", "Conv", 11, [draw(1, 2, 5, 4), draw(4, 2 // group, 3, 2), draw(4)], 1, dict(pads, group=group, strides=[stride] * 2, dilations=[dilation] * 2)))
computed.append(("Conv: one spatial axis", "Conv", 11, [draw(2, 2, 7), draw(2, 2, 3)], 1, dict(pads=[1, 1])))
computed.append(("Conv: three spatial axes", "Conv", 11, [draw(1, 1, 3, 4, 2), draw(1, 1, 2, 2, 2)], 1, {}))

types = []
for sizes, kernel in [((9, 8), (3, 2)), ((6, 7, 5), (3, 1, 2))]:
    n = len(sizes)
    for (stride, dilation), pads in itertools.product(((1, 1), (2, 1), (3, 1), (2, 2)), ({}, dict(pads=[1] * n + [0] * n), dict(auto_pad="SAME_UPPER"), dict(auto_pad="SAME_LOWER"), dict(auto_pad="VALID"))):
        slide = dict(pads, strides=[stride] * n, dilations=[dilation] * n)
        name = f"{sizes} by {kernel}, stride {stride}, dilation {dilation}, {pads}"
        types.append((f"ConvTranspose: {name}", "ConvTranspose", 11, [draw(1, 2, *sizes), draw(2, 3, *kernel)], 1, slide))
        if "pads" in pads and stride > 1:
            types.append((f"ConvTranspose: {name}, output_padding", "ConvTranspose", 11, [draw(1, 2, *sizes), draw(2, 3, *kernel)], 1, dict(slide, output_padding=[min(stride, 2) - 1] * n)))
        if not pads and n == 2:
            types.append((f"ConvTranspose: {name}, output_shape", "ConvTranspose", 11, [draw(1, 2, *sizes), draw(2, 3, *kernel)], 1, dict(slide, output_shape=[s * stride + 1 for s in sizes])))
        # ONNX Runtime leaves the dilation out of what SAME pads for a pool.
        if dilation == 2 and "auto_pad" in pads and pads["auto_pad"] != "VALID":
            continue
        if n > 2 or (dilation == 2 and "pads" in pads and kernel == (3, 2)):
            continue
        pools = dict(slide, pads=[min(p, k - 1) for p, k in zip([1] * n + [0] * n, kernel * 2)]) if "pads" in pads else slide
        for op, ceil in itertools.product(("AveragePool", "MaxPool", "LpPool"), (0, 1)):
            types.append((f"{op}: {name}, ceil_mode {ceil}", op, 22, [draw(1, 2, *sizes)], 1, dict(pools, kernel_shape=kernel, ceil_mode=ceil)))
image = draw(1, 2, 5, 7)
for mode, scales in itertools.product(("nearest", "linear"), ([1, 1, 2, 2], [1, 1, 0.5, 0.5], [1, 1, 1.3, 0.7], [1, 1, 1 / 3, 3 / 7])):
    types.append((f"Resize 19: {scales}", "Resize", 19, [image, None, array(scales)], 1, dict(mode=mode)))
    types.append((f"Resize 10: {scales}", "Resize", 10, [image, array(scales)], 1, dict(mode=mode)))
    if min(scales) >= 1:
        types.append((f"Upsample 9: {scales}", "Upsample", 9, [image, array(scales)], 1, dict(mode=mode)))
        types.append((f"Upsample 7: {scales}", "Upsample", 7, [image], 1, dict(mode=mode, scales=[float(s) for s in scales])))
for policy, sizes in itertools.product(("stretch", "not_larger", "not_smaller"), ([11, 9], [3, 4])):
    types.append((f"Resize: {policy} {sizes}", "Resize", 19, [image, None, None, array(sizes, "int64")], 1, dict(axes=[2, 3], keep_aspect_ratio_policy=policy)))
types += [
    ("ArgMax: axis 1", "ArgMax", 13, [image], 1, dict(axis=1)),
    ("ArgMin: axis -1, not kept", "ArgMin", 13, [image], 1, dict(axis=-1, keepdims=0)),
    ("TopK 11", "TopK", 11, [image, array([3], "int64")], 2, {}),
    ("TopK 10: axis", "TopK", 10, [image, array([2], "int64")], 2, dict(axis=1)),
    ("TopK 1: attribute", "TopK", 9, [image], 2, dict(k=2)),
    ("Einsum: batched product", "Einsum", 12, [draw(2, 3, 4), draw(2, 4, 5)], 1, dict(equation="bij,bjk->bik")),
    ("Einsum: no arrow", "Einsum", 12, [draw(3, 4), draw(4, 5)], 1, dict(equation="ij, jk")),
    ("BatchNormalization 7", "BatchNormalization", 7, [image, *(np.abs(draw(2)) for _ in range(4))], 1, {}),
    ("BatchNormalization 14", "BatchNormalization", 15, [image, *(np.abs(draw(2)) for _ in range(4))], 1, {}),
    ("Dropout 7: mask", "Dropout", 10, [image], 2, {}),
    ("Dropout 13: mask", "Dropout", 13, [image], 2, {}),
    ("GlobalAveragePool", "GlobalAveragePool", 13, [image], 1, {}),
    ("LSTM: both directions", "LSTM", 14, [draw(3, 2, 4), draw(2, 20, 4), draw(2, 20, 5)], 3, dict(hidden_size=5, direction="bidirectional")),
    ("GRU", "GRU", 14, [draw(3, 2, 4), draw(1, 15, 4), draw(1, 15, 5)], 2, dict(hidden_size=5)),
]


def gather(operators, asked_for, tensor):
    # The random ones say no more than those beside them.
    cases = [case for case in onnx_cases(operators, tensor) if not case["name"].endswith("_random")]
    for parts in asked_for:
        try:
            cases.append(asked(*parts, tensor))
        except TooMuch as reason:
            print("left out:", parts[0], reason)
        except Exception as error:
            print("refused:", parts[0], str(error)[:200])
    return cases


folded = [case for case in types if case[1] == "ConvTranspose" and len(case[3][0].shape) == 4][:40:2]
positive = lambda *shape: np.abs(draw(*shape)) + np.float32(0.1)
for epsilon in (1e-5, 0.1):
    folded += [
        ("BatchNormalization: one image", "BatchNormalization", 15, [draw(1, 4, 3, 2), draw(4), draw(4), draw(4), positive(4)], 1, dict(epsilon=epsilon)),
        ("BatchNormalization 9: a matrix", "BatchNormalization", 9, [draw(3, 4), draw(4), draw(4), draw(4), positive(4)], 1, dict(epsilon=epsilon)),
        ("InstanceNormalization", "InstanceNormalization", 6, [draw(2, 3, 5), draw(3), draw(3)], 1, dict(epsilon=epsilon)),
        ("LayerNormalization: two axes", "LayerNormalization", 17, [draw(2, 3, 4), draw(3, 4), draw(3, 4)], 1, dict(epsilon=epsilon, axis=1)),
        ("LayerNormalization: no bias", "LayerNormalization", 17, [draw(2, 3, 4), draw(4)], 1, dict(epsilon=epsilon)),
        ("GroupNormalization", "GroupNormalization", 21, [draw(2, 4, 3, 2), draw(4), draw(4)], 1, dict(epsilon=epsilon, num_groups=2)),
    ]
for p, axis in itertools.product((1, 2), (0, 1, -1)):
    folded.append((f"LpNormalization: p {p}, axis {axis}", "LpNormalization", 1, [draw(2, 3, 4)], 1, dict(p=p, axis=axis)))
for name, exclusive, reverse, axis in itertools.product(("float32", "int32", "int64"), (0, 1), (0, 1), (0, -1)):
    folded.append((f"CumSum: {name}, exclusive {exclusive}, reverse {reverse}, axis {axis}", "CumSum", 14, [(100 * draw(2, 3, 2)).astype(name), array(axis, "int64")], 1, dict(exclusive=exclusive, reverse=reverse)))
for equation, shapes in {"oihw,o->oihw": [(3, 2, 2, 2), (3,)], "bij,bjk->bik": [(2, 3, 4), (2, 4, 5)], "ij, jk": [(3, 4), (4, 5)], "ii->i": [(3, 3)], "ij->": [(3, 4)], "i,j,k->kij": [(2,), (3,), (2,)], "ij,jk,kl->il": [(2, 3), (3, 2), (2, 4)]}.items():
    folded.append((f"Einsum: {equation}", "Einsum", 12, [draw(*shape) for shape in shapes], 1, dict(equation=equation)))
for name in ("int8", "uint8", "int16", "uint16"):
    edges = array([np.iinfo(name).min, 0, 1, 3, 100, np.iinfo(name).max], name).reshape(2, 3)
    wide = array([-1e6, -0.75, -0.25, 0, 0.25, 0.75, 1.25, 63.3, 1e6, 2.75])
    folded += [
        (f"DequantizeLinear: {name}", "DequantizeLinear", 21, [edges, array(0.3), array(5, name)], 1, {}),
        (f"DequantizeLinear: {name}, by rows", "DequantizeLinear", 21, [edges, array([0.3, 2]), array([5, 0], name)], 1, dict(axis=0)),
        (f"DequantizeLinear: {name}, by columns, no zero point", "DequantizeLinear", 21, [edges, array([0.3, 2, 7])], 1, dict(axis=-1)),
        (f"QuantizeLinear: {name}", "QuantizeLinear", 21, [wide, array(0.5), array(3, name)], 1, {}),
    ]
folded.append(("DequantizeLinear: blocks", "DequantizeLinear", 21, [np.arange(24, dtype="int8").reshape(2, 6, 2), positive(2, 2, 2)], 1, dict(axis=1, block_size=3)))
for op, ceil, pads in itertools.product(("AveragePool", "MaxPool", "LpPool"), (0, 1), ({}, dict(pads=[1, 0, 0, 1]), dict(auto_pad="SAME_UPPER"))):
    if not (ceil and "auto_pad" in pads):
        folded.append((f"{op}: ceil_mode {ceil}, {pads}", op, 22, [draw(1, 2, 6, 5)], 1, dict(pads, kernel_shape=[3, 2], strides=[2, 2], ceil_mode=ceil)))
folded += [
    ("AveragePool: counts padding", "AveragePool", 22, [draw(1, 2, 6, 5)], 1, dict(kernel_shape=[3, 2], pads=[1, 1, 1, 0], count_include_pad=1)),
    ("AveragePool: dilated", "AveragePool", 22, [draw(1, 2, 7)], 1, dict(kernel_shape=[3], dilations=[2])),
    ("LpPool: p 1", "LpPool", 22, [draw(1, 2, 7)], 1, dict(kernel_shape=[3], p=1)),
    ("LpPool: p 3", "LpPool", 22, [draw(1, 2, 7)], 1, dict(kernel_shape=[3], p=3)),
    ("MaxPool: int8", "MaxPool", 12, [(50 * draw(1, 2, 4, 5)).astype("int8")], 1, dict(kernel_shape=[2, 2])),
    ("GlobalLpPool: p 3", "GlobalLpPool", 13, [draw(1, 2, 3, 4)], 1, dict(p=3)),
    ("TopK: int64", "TopK", 11, [array([[3, -1, 3, 2**62 + 1, 2**62]], "int64"), array([4], "int64")], 2, {}),
    ("TopK: least along the first axis", "TopK", 11, [draw(4, 3, 2), array([2], "int64")], 2, dict(axis=0, largest=0)),
    ("TopK 9", "TopK", 9, [draw(2, 5)], 2, dict(k=3)),
    ("Hardmax 11: from an axis on", "Hardmax", 11, [draw(2, 3, 4)], 1, dict(axis=1)),
    ("LRN", "LRN", 13, [draw(1, 6, 2, 2)], 1, dict(size=5, alpha=0.5, bias=2.0)),
]
for op, last, keep in itertools.product(("ArgMax", "ArgMin"), (0, 1), (0, 1)):
    folded.append((f"{op}: last {last}, kept {keep}", op, 13, [array([[1, 3, 3, 1], [2, 2, 2, 2]], "int32")], 1, dict(axis=1, select_last_index=last, keepdims=keep)))
for op, periodic in itertools.product(("HannWindow", "HammingWindow", "BlackmanWindow"), (0, 1)):
    folded.append((f"{op}: periodic {periodic}", op, 17, [array(7, "int64")], 1, dict(periodic=periodic)))
for name in ("int32", "int64"):
    folded.append((f"Einsum: {name}", "Einsum", 12, [np.arange(6, dtype=name).reshape(2, 3), -np.arange(12, dtype=name).reshape(3, 4)], 1, dict(equation="ij,jk->ik")))
for slide in (dict(kernel_shape=[3, 3], pads=[1, 1, 1, 1]), dict(kernel_shape=[2, 3], pads=[0, 2, 1, 1], dilations=[3, 1])):
    folded.append((f"AveragePool: counts padding and rounds up, {slide}", "AveragePool", 22, [draw(1, 2, 6, 5)], 1, dict(slide, strides=[2, 3], ceil_mode=1, count_include_pad=1)))
exact = gather(COMPUTED, computed, node_cases.tensor)
node_cases.LARGEST = 1200
write("computed-cases.jsonl", exact + gather(FOLDED, folded, node_cases.tensor))
node_cases.LARGEST = 300
write("type-cases.jsonl", gather(TYPED + FOLDED, types, typed))
