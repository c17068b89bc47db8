"""Whether weights in few bits are the nearest that their tables or steps hold, and nothing else of the program changed.

Of one network there are three packages: one in fp32, one in the precision that the compressed one computes in, and the compressed
one. What that stores is expanded by coremltools. Each element has to be the nearest entry of its own table, or the nearest step
of a scale that reaches just as far as its block; and the uncompressed package, with the expanded weights written over its own, has to answer
exactly alike. What is left is what rounding costs, which only data can judge.
"""
import contextlib, io, os

import numpy as np
from coremltools.converters.mil.frontend.milproto import load as milproto

from damage import MIL, MODEL, Package, proto

FLOATS = {MIL.FLOAT16: np.float16, MIL.FLOAT32: np.float32}


def operations(package):
    """The program as coremltools reads it."""
    with open(os.path.join(package, MODEL), "rb") as file, contextlib.redirect_stderr(io.StringIO()):
        model = proto.Model_pb2.Model.FromString(file.read())
        weights = os.path.join(package, os.path.dirname(MODEL), "weights")
        return milproto.load(model, model.specificationVersion, weights).functions["main"].operations


def weights(package):
    """[(operation that reads it, value)] of each weight in the program's order: names are those that each precision leaves free."""
    found = []
    for op in operations(package):
        for argument in ("weight", "y"):
            value = op.inputs.get(argument)
            if value is not None and value.op is not None and value.op.op_type.startswith("const"):
                found.append((op.op_type, value))
    return found


def numbers(value):
    """What a weight is, element by element; coremltools expands what is stored in few bits."""
    return np.asarray(value.val if value.op.op_type == "const" else value.op.materialized_val_inference())


def places(counts, shape):
    """Which of so many blocks, counted through, each element of a tensor lies in."""
    blocks = np.arange(np.prod(counts, dtype=int)).reshape(counts)
    for axis, size in enumerate(shape):
        blocks = blocks.repeat(size // counts[axis], axis)
    return blocks


def fault(op, values, weight):
    """What is wrong with the values that stand for a weight, or nothing."""
    off = np.abs(values.astype(np.float64) - weight)
    if op.op_type == "constexpr_lut_to_dense":
        table = np.asarray(op.lut.val, np.float64)
        counts = [1] * values.ndim if table.ndim == 1 else table.shape[:-2]
        entries = table.reshape(np.prod(counts, dtype=int), -1)[places(counts, values.shape)]
        return "an element is not the nearest of its table" if (off > np.abs(entries - weight[..., None]).min(-1)).any() else None
    scale = np.asarray(op.scale.val, np.float64)
    if op.op_type == "constexpr_affine_dequantize":
        scale = scale.reshape([-1 if axis == int(op.axis.val) else 1 for axis in range(values.ndim)])
    at, peak = places(scale.shape, values.shape), np.zeros(scale.size)
    np.maximum.at(peak, at.flatten(), np.abs(weight).flatten())
    # A scale is rounded to its own precision, and so is its product with a step.
    reach = 127 * scale.flatten()
    if ((peak > reach * 1.005) | (peak < reach * 0.995)).any():
        return "a scale does not reach just as far as its block"
    step = scale.flatten()[at]
    return "an element is not the nearest step" if (off > step / 2 + np.abs(values) * 2.0**-11).any() else None


def with_weights(package, weights, folder):
    """A copy of a package with these values written over its own constants of these names; folder: where."""
    copy, left = Package(package, folder), dict(weights)
    for op in copy.block.operations:
        values = left.pop(op.outputs[0].name, None)
        if values is None:
            continue
        held = op.attributes["val"]
        data = values.astype(FLOATS[held.type.tensorType.dataType])
        if held.WhichOneof("value") == "blobFileValue":
            at = held.blobFileValue.offset + 64
            copy.blob[at:at + data.nbytes] = data.tobytes()
        elif held.immediateValue.tensor.WhichOneof("value") == "bytes":
            held.immediateValue.tensor.bytes.values = data.tobytes()
        else:
            held.immediateValue.tensor.floats.values[:] = data.flatten().tolist()
    copy.save()
    return list(left)


def faults(package, exact, plain, folder):
    """What is wrong with a compressed package; after that the uncompressed one with its weights stands in `folder`."""
    lists = [weights(each) for each in (package, exact, plain)]
    if len({tuple(kind for kind, _ in each) for each in lists}) > 1:
        return ["the weights are read by other operations"]
    found, filled = [], {}
    for (_, stored), (_, whole), (_, held) in zip(*lists):
        if stored.op.op_type == "const":
            continue
        values, weight = numbers(stored), numbers(whole)
        why = "another shape" if weight.shape != values.shape else fault(stored.op, values, weight)
        found += [f"{stored.name}: {why}"] if why else []
        filled[held.name] = values
    if not filled:
        return ["nothing is stored in few bits"]
    left = with_weights(plain, filled, folder)
    return found + [f"{name} is no constant of the uncompressed package" for name in left]
