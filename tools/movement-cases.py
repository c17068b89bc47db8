"""Writes test/operators/movement-cases.jsonl: nodes that move data, with small operands and the results that are right.

Run from the root of the repository: python tools/movement-cases.py
"""

import numpy as np
from node_cases import NAMES, TooMuch, array, asked, onnx_cases, write
from onnx import TensorProto, helper

OPERATORS = """Cast CastLike CenterCropPad Col2Im Compress Concat Constant ConstantOfShape DepthToSpace Expand EyeLike
Flatten Gather GatherElements GatherND NonZero OneHot Pad Range Reshape ReverseSequence Scatter ScatterElements ScatterND
Shape Size Slice SpaceToDepth Split Squeeze Tile Transpose Trilu Unique Unsqueeze 
""".split()
IMAGE = np.arange(24, dtype=np.float32).reshape(2, 3, 4)
LAST = 2**63 - 1

# name, operator, opset, inputs, number of outputs, attributes
ASKED = [
    ("slice 1: attributes, the last int64 means all", "Slice", 9, [IMAGE], 1, dict(starts=[1, 0], ends=[LAST, -1], axes=[1, 2])),
    ("slice 1: no axes", "Slice", 9, [IMAGE], 1, dict(starts=[1, 0], ends=[2, 2])),
    ("slice: the last int64 means all", "Slice", 13, [IMAGE, array([1], "int64"), array([LAST], "int64"), array([-1], "int64")], 1, {}),
    ("slice: backwards to the first int64", "Slice", 13, [IMAGE, array([-1, LAST], "int64"), array([-LAST - 1, 0], "int64"), array([2, 1], "int64"), array([-1, -2], "int64")], 1, {}),
    ("slice: bounds beyond both ends", "Slice", 13, [IMAGE, array([-100], "int64"), array([100], "int64"), array([1], "int64"), array([2], "int64")], 1, {}),
    ("slice: nothing is left", "Slice", 13, [IMAGE, array([3], "int64"), array([1], "int64"), array([1], "int64")], 1, {}),
    ("slice: int32 bounds", "Slice", 11, [IMAGE, array([0, 1], "int32"), array([1, 3], "int32")], 1, {}),
    ("pad 2: attributes", "Pad", 10, [IMAGE], 1, dict(pads=[0, 1, 2, 0, 0, 1], value=1.5)),
    ("pad 2: reflect", "Pad", 10, [IMAGE], 1, dict(pads=[1, 2, 3, 1, 2, 0], mode="reflect")),
    ("pad: edge", "Pad", 13, [IMAGE, array([1, 0, 2, 0, 2, 5], "int64")], 1, dict(mode="edge")),
    ("pad: negative ones crop", "Pad", 13, [IMAGE, array([0, -1, 0, 1, 0, -2], "int64"), array(7)], 1, {}),
    ("pad: wrap, two axes named", "Pad", 19, [IMAGE, array([3, 1, 2, 2], "int64"), array(0), array([-1, 1], "int64")], 1, dict(mode="wrap")),
    ("pad: integers", "Pad", 13, [IMAGE.astype("int64"), array([0, 0, 1, 0, 0, 1], "int64"), array(-9, "int64")], 1, {}),
    ("split 2: attribute", "Split", 11, [IMAGE], 2, dict(axis=-1, split=[1, 3])),
    ("split 2: equal parts", "Split", 11, [IMAGE], 3, dict(axis=1)),
    ("split 13: operand", "Split", 13, [IMAGE, array([3, 1], "int64")], 2, dict(axis=2)),
    ("split 18: the last part is smaller", "Split", 18, [IMAGE], 3, dict(axis=2, num_outputs=3)),
    ("squeeze 1: attribute", "Squeeze", 11, [IMAGE.reshape(1, 2, 1, 12)], 1, dict(axes=[-2, 0])),
    ("squeeze: all", "Squeeze", 13, [IMAGE.reshape(1, 2, 1, 12)], 1, {}),
    ("unsqueeze 1: attribute", "Unsqueeze", 11, [IMAGE], 1, dict(axes=[-1, 0])),
    ("unsqueeze: a scalar", "Unsqueeze", 13, [array(3.5), array([0], "int64")], 1, {}),
    ("shape: from the second last", "Shape", 15, [IMAGE], 1, dict(start=-2)),
    ("shape: beyond both ends", "Shape", 15, [IMAGE], 1, dict(start=-9, end=9)),
    ("shape: of a scalar", "Shape", 13, [array(1)], 1, {}),
    ("size: of a scalar", "Size", 13, [array(1)], 1, {}),
    ("scatter 9", "Scatter", 10, [array([[1, 2, 3], [4, 5, 6]]), array([[2, 0]], "int64"), array([[9, 8]])], 1, dict(axis=1)),
    ("scatter elements: negative index", "ScatterElements", 13, [array([1, 2, 3], "int64"), array([-1], "int64"), array([7], "int64")], 1, {}),
    ("gather: a scalar index", "Gather", 13, [IMAGE, array(-1, "int64")], 1, dict(axis=1)),
    ("gather: strided data of 8 bytes", "Gather", 13, [IMAGE.astype("float64"), array([[2, 0]], "int32")], 1, dict(axis=-1)),
    ("gather elements: shorter than the data", "GatherElements", 13, [IMAGE, array([[[3], [0]]], "int64")], 1, dict(axis=2)),
    ("gather nd: one batch axis", "GatherND", 13, [IMAGE, array([[1], [-1]], "int64")], 1, dict(batch_dims=1)),
    ("expand: to a higher rank", "Expand", 13, [array([[1], [2]], "int16"), array([2, 1, 3], "int64")], 1, {}),
    ("expand: a shape that is smaller", "Expand", 13, [IMAGE, array([3, 1], "int64")], 1, {}),
    ("expand: a scalar", "Expand", 13, [array(2, "int64"), array([3], "int64")], 1, {}),
    ("tile: not at all", "Tile", 13, [IMAGE, array([1, 0, 2], "int64")], 1, {}),
    ("concat: 2 bytes each", "Concat", 13, [IMAGE.astype("float16"), IMAGE.astype("float16")[:, :1]], 1, dict(axis=-2)),
    ("concat: an empty one", "Concat", 13, [array([], "int64"), array([4, 5], "int64")], 1, dict(axis=0)),
    ("transpose: bool", "Transpose", 13, [IMAGE.astype("int32") % 2 == 0], 1, dict(perm=[2, 0, 1])),
    ("transpose: reversed, 8 bytes", "Transpose", 13, [IMAGE.astype("int64")], 1, {}),
    ("transpose: a scalar", "Transpose", 13, [array(3)], 1, {}),
    ("reshape: to a scalar", "Reshape", 13, [array([5]), array([], "int64")], 1, {}),
    ("reshape: zeros with allowzero", "Reshape", 14, [np.zeros((0, 3), "float32"), array([3, 0], "int64")], 1, dict(allowzero=1)),
    ("reshape: copies and completes", "Reshape", 13, [IMAGE, array([0, -1, 2], "int64")], 1, {}),
    ("flatten: at the rank", "Flatten", 13, [IMAGE], 1, dict(axis=3)),
    ("flatten: from the end", "Flatten", 13, [IMAGE], 1, dict(axis=-1)),
    ("one hot: negative and out of range", "OneHot", 11, [array([0, -1, 7, -9], "int64"), array([3], "int64"), array([5, 2])], 1, dict(axis=0)),
    ("one hot: in the middle", "OneHot", 11, [array([[0, 1], [2, 0]], "int64"), array(3, "int64"), array([0, 1])], 1, dict(axis=1)),
    ("range: nothing", "Range", 11, [array(3, "int64"), array(1, "int64"), array(1, "int64")], 1, {}),
    ("range: backwards", "Range", 11, [array(5, "int32"), array(-4, "int32"), array(-3, "int32")], 1, {}),
    ("range: one that float32 would count as one more", "Range", 11, [array(-1.3), array(5.5), array(0.1)], 1, {}),
    ("range: one that float32 would count as one less", "Range", 11, [array(1.6), array(5.4), array(0.2)], 1, {}),
    ("slice: backwards to the largest integer", "Slice", 13, [IMAGE, array([-1], "int64"), array([2**63 - 1], "int64"), array([0], "int64"), array([-1], "int64")], 1, {}),
    ("non zero: of a scalar", "NonZero", 13, [array(5)], 1, {}),
    ("range: halves", "Range", 11, [array(0), array(2.25), array(0.5)], 1, {}),
    ("eye like: above the diagonal", "EyeLike", 9, [np.zeros((3, 4), "int32")], 1, dict(k=1, dtype=TensorProto.DOUBLE)),
    ("eye like: below", "EyeLike", 9, [np.zeros((3, 2), "float32")], 1, dict(k=-2)),
    ("compress: as a vector", "Compress", 11, [IMAGE, array([0, 1, 1], "bool")], 1, {}),
    ("non zero: NaN counts, -0 does not", "NonZero", 13, [array([[float("nan"), -0.0], [0, 1]])], 1, {}),
    ("constant of shape: a scalar", "ConstantOfShape", 9, [array([], "int64")], 1, dict(value=helper.make_tensor("v", TensorProto.INT64, [1], [7]))),
    ("constant of shape: an empty one", "ConstantOfShape", 9, [array([2, 0], "int64")], 1, {}),
    ("depth to space 1", "DepthToSpace", 10, [np.arange(32, dtype=np.float32).reshape(1, 8, 2, 2)], 1, dict(blocksize=2)),
    ("center crop pad: two axes", "CenterCropPad", 18, [IMAGE, array([5, 3], "int64")], 1, dict(axes=[-1, 0])),
]  # fmt: skip

FLOATS = array([0, -0.0, 0.5, -0.5, 1.5, 2.5, -2.75, 3, 100.999, -100.999, 126.5])
SMALL = array([1e-8, 5.9604645e-8, 6.1e-5, 65504, 65519, -65519.9, 65520, 1e38, 1.00048828125, 1.0004883, np.inf, -np.inf])
WHOLE = array([0, 1, -1, 127, 128, 255, 256, -129, 32768, 65536, 2**31, -(2**31) - 1, 2**40 + 3, -(2**63), 2**63 - 1], "int64")
EVERY = ["float32", "float64", "float16", "int8", "uint8", "int16", "uint16", "int32", "uint32", "int64", "uint64", "bool"]
NUMBERS = {name: number for number, name in NAMES.items()}
for to in EVERY:
    signed = FLOATS if to[0] != "u" else np.abs(FLOATS)
    ASKED.append((f"cast: float32 to {to}", "Cast", 13, [signed], 1, dict(to=NUMBERS[to])))
    ASKED.append((f"cast: float64 to {to}", "Cast", 13, [signed.astype("float64")], 1, dict(to=NUMBERS[to])))
    whole = WHOLE if "float" not in to else WHOLE[:-3]
    ASKED.append((f"cast: int64 to {to}", "Cast", 13, [whole], 1, dict(to=NUMBERS[to])))
    ASKED.append((f"cast: int8 to {to}", "Cast", 13, [array([0, 1, -1, 127, -128], "int8")], 1, dict(to=NUMBERS[to])))
    ASKED.append((f"cast: bool to {to}", "Cast", 13, [array([0, 1], "bool")], 1, dict(to=NUMBERS[to])))
for to in ["float16", "bfloat16", "float64", "bool"]:
    ASKED.append((f"cast: borders of float16 to {to}", "Cast", 13, [SMALL], 1, dict(to=NUMBERS[to])))



cases = list(onnx_cases(OPERATORS))
for parts in ASKED:
    try:
        cases.append(asked(*parts))
    except TooMuch:
        print("left out:", parts[0])
    except Exception as error:
        print("refused:", parts[0], str(error)[:200])
write("movement-cases.jsonl", cases)
