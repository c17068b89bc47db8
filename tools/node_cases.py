"""Small nodes with the results that are right for them, as the case files under test/operators hold them.

Right is what ONNX's own node tests (`onnx.backend.test`) say, or for older forms and for corners ONNX Runtime.
"""

import base64
import json
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper
from onnx.backend.test.case.node import collect_testcases

LARGEST = 2048
NAMES = {
    TensorProto.FLOAT: "float32", TensorProto.UINT8: "uint8", TensorProto.INT8: "int8", TensorProto.UINT16: "uint16",
    TensorProto.INT16: "int16", TensorProto.INT32: "int32", TensorProto.INT64: "int64", TensorProto.BOOL: "bool",
    TensorProto.FLOAT16: "float16", TensorProto.DOUBLE: "float64", TensorProto.UINT32: "uint32",
    TensorProto.UINT64: "uint64", TensorProto.BFLOAT16: "bfloat16",
}  # fmt: skip


class TooMuch(Exception):
    """The case is too large, or has types that are not followed."""


def typed(value):
    """Type and shape, and data only where it is the operand that decides a shape: short vectors of integers or scales."""
    proto = value if isinstance(value, TensorProto) else numpy_helper.from_array(np.asarray(value))
    if proto.data_type not in NAMES:
        raise TooMuch(f'type {proto.data_type}')
    if len(proto.dims) <= 1 and np.prod(proto.dims) <= 8:
        return tensor(proto)
    return {"dtype": NAMES[proto.data_type], "shape": list(proto.dims)}


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


def described(name, source, node, opset, inputs, outputs, tensor=tensor):
    if "" in node.output:
        raise TooMuch("an output is left out")
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


def onnx_cases(operators, tensor=tensor):
    for case in collect_testcases(None):
        nodes = case.model.graph.node
        if len(nodes) != 1 or nodes[0].op_type not in operators:
            continue
        opset = next(o.version for o in case.model.opset_import if o.domain == "")
        for inputs, outputs in case.data_sets:
            try:
                yield described(case.name, "onnx", nodes[0], opset, inputs, outputs, tensor)
            except TooMuch as reason:
                print('left out:', case.name, reason)


def array(values, dtype="float32"):
    return np.array(values, dtype=dtype)


def asked(name, operator, opset, inputs, count, attributes, tensor=tensor):
    node = helper.make_node(operator, ["" if v is None else f"i{i}" for i, v in enumerate(inputs)], [f"o{i}" for i in range(count)], **attributes)
    typed = [
        helper.make_tensor_value_info(n, helper.np_dtype_to_tensor_dtype(v.dtype), v.shape)
        for n, v in zip(node.input, inputs)
        if n
    ]
    outs = [onnx.ValueInfoProto(name=n) for n in node.output]
    graph = helper.make_graph([node], "g", typed, outs)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=8)
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    session = onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])
    values = session.run_with_ort_values(
        list(node.output), {n: onnxruntime.OrtValue.ortvalue_from_numpy(v) for n, v in zip(node.input, inputs) if n}
    )
    outputs = []
    for value in values:
        if value.element_type() == TensorProto.BFLOAT16:
            raise TooMuch
        outputs.append(value.numpy())
    return described(name, "onnxruntime", node, opset, [v for v in inputs if v is not None], outputs, tensor)




def write(file, cases):
    Path("test/operators").mkdir(exist_ok=True)
    Path("test/operators", file).write_text("".join(json.dumps(c, separators=(",", ":")) + "\n" for c in cases))
    print(file, len(cases), "cases")
