"""Writes test/operators/movement-cases.json: nodes with small operands and the results that are right for them.

The cases are ONNX's own node tests (`onnx.backend.test`) and, for older forms and for corners, nodes listed below that
ONNX Runtime was asked about. Run from the root of the repository: python tools/operator-cases.py
"""

import base64
import json
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper
from onnx.backend.test.case.node import collect_testcases

OPERATORS = """Cast CastLike CenterCropPad Col2Im Compress Concat Constant ConstantOfShape DepthToSpace Expand EyeLike
Flatten Gather GatherElements GatherND NonZero OneHot Pad Range Reshape ReverseSequence Scatter ScatterElements ScatterND
Shape Size Slice SpaceToDepth Split Squeeze Tile Transpose Trilu Unique Unsqueeze HannWindow HammingWindow
BlackmanWindow""".split()
LARGEST = 2048
NAMES = {
    TensorProto.FLOAT: "float32", TensorProto.UINT8: "uint8", TensorProto.INT8: "int8", TensorProto.UINT16: "uint16",
    TensorProto.INT16: "int16", TensorProto.INT32: "int32", TensorProto.INT64: "int64", TensorProto.BOOL: "bool",
    TensorProto.FLOAT16: "float16", TensorProto.DOUBLE: "float64", TensorProto.UINT32: "uint32",
    TensorProto.UINT64: "uint64", TensorProto.BFLOAT16: "bfloat16",
}  # fmt: skip


class TooMuch(Exception):
    """The case is too large, or has types that are not followed."""


def tensor(value):
    proto = value if isinstance(value, TensorProto) else numpy_helper.from_array(np.asarray(value))
    if proto.data_type not in NAMES:
        raise TooMuch(f'type {proto.data_type}')
    data = numpy_helper.to_array(proto).tobytes()
    if len(data) > LARGEST:
        raise TooMuch(f'{len(data)} bytes')
    return {"dtype": NAMES[proto.data_type], "shape": list(proto.dims), "data": base64.b64encode(data).decode()}


def attribute(proto):
    kinds = onnx.AttributeProto
    if proto.type == kinds.INT:
        return {"kind": "int", "value": str(proto.i)}
    if proto.type == kinds.INTS:
        return {"kind": "ints", "value": [str(i) for i in proto.ints]}
    if proto.type == kinds.FLOAT:
        return {"kind": "float", "value": proto.f}
    if proto.type == kinds.FLOATS:
        return {"kind": "floats", "value": list(proto.floats)}
    if proto.type == kinds.STRING:
        return {"kind": "string", "value": proto.s.decode()}
    if proto.type == kinds.TENSOR:
        return {"kind": "tensor", "value": tensor(proto.t)}
    raise TooMuch


def described(name, source, node, opset, inputs, outputs):
    left = iter(inputs)
    given = [tensor(next(left)) if wanted else None for wanted in node.input]
    return {
        "name": name,
        "source": source,
        "operator": node.op_type,
        "opset": opset,
        "attributes": {a.name: attribute(a) for a in node.attribute},
        "inputs": given,
        "outputs": [tensor(value) for value in outputs],
    }


def onnx_cases():
    for case in collect_testcases(None):
        nodes = case.model.graph.node
        if len(nodes) != 1 or nodes[0].op_type not in OPERATORS:
            continue
        opset = next(o.version for o in case.model.opset_import if o.domain == "")
        for inputs, outputs in case.data_sets:
            try:
                yield described(case.name, "onnx", nodes[0], opset, inputs, outputs)
            except TooMuch as reason:
                print('left out:', case.name, reason)


def array(values, dtype="float32"):
    return np.array(values, dtype=dtype)


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


def asked(name, operator, opset, inputs, count, attributes):
    node = helper.make_node(operator, [f"i{i}" for i in range(len(inputs))], [f"o{i}" for i in range(count)], **attributes)
    typed = [
        helper.make_tensor_value_info(n, helper.np_dtype_to_tensor_dtype(v.dtype), v.shape)
        for n, v in zip(node.input, inputs)
    ]
    outs = [onnx.ValueInfoProto(name=n) for n in node.output]
    graph = helper.make_graph([node], "g", typed, outs)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=8)
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    session = onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])
    values = session.run_with_ort_values(
        list(node.output), {n: onnxruntime.OrtValue.ortvalue_from_numpy(v) for n, v in zip(node.input, inputs)}
    )
    outputs = []
    for value in values:
        if value.element_type() == TensorProto.BFLOAT16:
            raise TooMuch
        outputs.append(value.numpy())
    return described(name, "onnxruntime", node, opset, inputs, outputs)


cases = list(onnx_cases())
for parts in ASKED:
    try:
        cases.append(asked(*parts))
    except TooMuch:
        print("left out:", parts[0])
    except Exception as error:
        print("refused:", parts[0], str(error)[:200])
Path("test/operators").mkdir(exist_ok=True)
Path("test/operators/movement-cases.json").write_text("[\n" + ",\n".join(json.dumps(c) for c in cases) + "\n]\n")
print(len(cases), "cases")
