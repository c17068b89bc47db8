"""Writes ONNX's own node tests as two files that the conformance run reads: cases.json and cases.bin.

    conformance-cases.py FOLDER

cases.json: {"onnx": version, "cases": [{"name", "operator", "expanded", "restated", "rtol", "atol", "model", "inputs", "outputs"}]}.
"model" is a place [offset, length] in cases.bin; "restated" says that its operator set was newer than engines load. An input or output is {"name", "type", "shape", "data"}, with "type" the
number of ONNX's element type and "data" a place; or {"name", "strings": [...], "shape"}; or {"name", "other": what it is}
where it is no tensor.
"""

import json
import sys
import warnings
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, numpy_helper
from onnx.backend.test.case.node import collect_testcases

# What ONNX Runtime loads; the same as LAST_OPSET and LAST_IR_VERSION of src/formats/onnx/opsets.ts.
LAST_OPSET = 26
LAST_IR_VERSION = 13

warnings.filterwarnings("ignore")
folder = Path(sys.argv[1])
folder.mkdir(parents=True, exist_ok=True)
blob = bytearray()


def place(data):
    """Eight-byte aligned, so that every element type can be viewed where it lies."""
    blob.extend(bytes(-len(blob) % 8))
    blob.extend(data)
    return [len(blob) - len(data), len(data)]


def described(info, value):
    if value is None or isinstance(value, list):
        return {"name": info.name, "other": "none" if value is None else "sequence"}
    array = numpy_helper.to_array(value) if isinstance(value, TensorProto) else np.asarray(value)
    proto = numpy_helper.from_array(array)
    shape = list(proto.dims)
    if proto.data_type == TensorProto.STRING:
        return {"name": info.name, "strings": [text.decode() for text in proto.string_data], "shape": shape}
    return {"name": info.name, "type": proto.data_type, "shape": shape, "data": place(proto.raw_data)}


def operator_of(case, known):
    """The operator that a case is about. `NAME_expanded` holds the body of the function that the operator of NAME is."""
    return known.get(case.name.split("_expanded")[0], named(case.model.graph.node[-1]))


def named(node):
    return f"{node.domain}.{node.op_type}" if node.domain else node.op_type


def restated(model):
    """The same nodes under the last operator set that engines load, where ONNX's checker takes them so; else None.

    Most operators get a new version for new element types alone. Where the meaning changed, the engine gives another answer
    than the test expects, and the test is not judged.
    """
    if all(opset.domain or opset.version <= LAST_OPSET for opset in model.opset_import):
        return None
    copy = onnx.ModelProto()
    copy.CopyFrom(model)
    copy.ir_version = min(copy.ir_version, LAST_IR_VERSION)
    for opset in copy.opset_import:
        if not opset.domain:
            opset.version = LAST_OPSET
    try:
        onnx.checker.check_model(copy, full_check=True)
    except (onnx.checker.ValidationError, onnx.shape_inference.InferenceError):
        return None
    return copy


def described_case(case, known):
    graph = case.model.graph
    older = restated(case.model)
    inputs, outputs = case.data_sets[0]
    return {
        "name": case.name,
        "operator": operator_of(case, known),
        "expanded": "_expanded" in case.name,
        "rtol": case.rtol,
        "atol": case.atol,
        "restated": older is not None,
        "model": place((older or case.model).SerializeToString()),
        "inputs": [described(info, value) for info, value in zip(graph.input, inputs, strict=True)],
        "outputs": [described(info, value) for info, value in zip(graph.output, outputs, strict=True)],
    }


collected = collect_testcases(None)
single = {case.name: named(case.model.graph.node[0]) for case in collected if len(case.model.graph.node) == 1}
cases = [described_case(case, single) for case in collected]
(folder / "cases.bin").write_bytes(blob)
(folder / "cases.json").write_text(json.dumps({"onnx": onnx.__version__, "cases": cases}, separators=(",", ":")))
print(f"{len(cases)} cases of onnx {onnx.__version__} in {folder}")
