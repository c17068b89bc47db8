"""Holds every operation that was written against coremltools' own constructors, and our facts of MIL as well.

    sweep.py SWEEP.jsonl FACTS.json

Each program is built anew by coremltools (`mb.OP` with operands of the types, shapes and constness that are stated), which
checks its operands and infers its results, once for each version of the format; the types that the program states must be
those. Then each of them is spoilt, one operation's result at a time, and has to be refused: a judge that never refuses proves
nothing. FACTS.json tells what the reader takes (operation -> ranks, types, constants): nothing that a constructor refuses.
"""
import base64, collections, contextlib, copy, io, json, logging, os, re, sys, tempfile, warnings

warnings.filterwarnings("ignore")
import numpy as np

logging.disable(logging.WARNING)
with contextlib.redirect_stderr(io.StringIO()):
    import coremltools
    from coremltools import proto
    from coremltools.converters.mil.frontend.milproto.load import load_mil_proto
    from coremltools.converters.mil.mil import Builder as mb, Function, types
    from coremltools.converters.mil.mil.ops.registry import SSAOpRegistry

# Oldest and newest version of the format that programs are written for, and the one whose checks became stricter.
VERSIONS = {6: coremltools.target.iOS15, 8: coremltools.target.iOS17, 9: coremltools.target.iOS18}
MIL_TYPES = {"fp16": (types.fp16, np.float16), "fp32": (types.fp32, np.float32), "int32": (types.int32, np.int32), "bool": (types.bool, np.bool_)}
FEW_ERRORS = 20


def block_of(model):
    main = model.mlProgram.functions["main"]
    return main.block_specializations[main.opset]


def refusal(model, version, weights):
    """Why coremltools refuses the program in a version; None where it takes it."""
    try:
        with contextlib.redirect_stderr(io.StringIO()):
            load_mil_proto(model.mlProgram, version, weights)
    except Exception as e:
        return f"{type(e).__name__}: {e}"
    return None


def documented_ranks(cls):
    """What the documentation says of the rank of x, as `3 <= rank <= 5`; None where it says nothing in that form."""
    said = re.search(r"(\d) <= rank(?:\(x\))? <= (\d)", cls.__doc__ or "")
    return tuple(map(int, said.groups())) if said else None


def shortcomings(model):
    """What constructors do not check: constants that are computed, and ranks beyond the documented ones."""
    inputs = model.mlProgram.functions["main"].inputs
    ranks, constants = {value.name: value.type.tensorType.rank for value in inputs}, set()
    for op in block_of(model).operations:
        for out in op.outputs:
            ranks[out.name] = out.type.tensorType.rank
        if op.type == "const":
            constants.add(op.outputs[0].name)
            continue
        cls = SSAOpRegistry.core_ops[op.type][VERSIONS[6]]
        for name, argument in op.inputs.items():
            spec = cls.input_spec.input_types[name]
            bound = [b.name for b in argument.arguments]
            if spec.const and any(b not in constants for b in bound):
                yield f"{op.type}: {name} is computed"
            limits = documented_ranks(cls)
            if name == "x" and limits and not all(limits[0] <= ranks[b] <= limits[1] for b in bound):
                yield f"{op.type}: rank {[ranks[b] for b in bound]} of {name}, documented are {limits}"


def judge_packages(path):
    """-> (judged combinations, operations with the program that first has each, failures)"""
    combinations, first, failures = collections.Counter(), {}, []
    with open(path, encoding="utf-8") as file, tempfile.TemporaryDirectory() as folder:
        for line in file:
            case = json.loads(line)
            model = proto.Model_pb2.Model.FromString(base64.b64decode(case["model"]))
            weights = os.path.join(folder, "weight.bin")
            if case.get("weights"):
                with open(weights, "wb") as out:
                    out.write(base64.b64decode(case["weights"]))
            wrong = [f"version {v}: {why}" for v in VERSIONS if (why := refusal(model, v, folder))]
            wrong += shortcomings(model)
            if case.get("package"):
                try:
                    coremltools.models.MLModel(case["package"], skip_model_load=True)
                except Exception as e:
                    wrong.append(f"the package: {e}")
            failures += [f"{case['name']}: {why}" for why in wrong]
            combinations.update(map(tuple, case["combinations"]))
            if not case.get("weights"):
                for op in block_of(model).operations:
                    if op.type != "const":
                        first.setdefault(op.type, model)
    return combinations, first, failures


def judge_damage(first):
    """Another size, rank or type stated for the first result of each operation has to be refused. -> (tried, failures)"""
    tried, failures = 0, []
    for kind, model in first.items():
        for name, spoil in DAMAGES.items():
            damaged = copy.deepcopy(model)
            op = next(op for op in block_of(damaged).operations if op.type == kind)
            if not spoil(op.outputs[0].type.tensorType):
                continue
            tried += 1
            if refusal(damaged, 6, "") is None:
                failures.append(f"damage to {kind}: another {name} was taken")
    return tried, failures


def another_size(tensor):
    if not tensor.dimensions:
        return False
    tensor.dimensions[0].constant.size += 1
    return True


def another_rank(tensor):
    tensor.rank += 1
    tensor.dimensions.add().constant.size = 2
    return True


def another_type(tensor):
    tensor.dataType = proto.MIL_pb2.INT32 if tensor.dataType != proto.MIL_pb2.INT32 else proto.MIL_pb2.FLOAT32
    return True


DAMAGES = {"size": another_size, "rank": another_rank, "type": another_type}


# ------------------------------------------------------------------------------------------------ facts of MIL

BINARY = set("add sub mul real_div floor_div mod pow maximum minimum equal not_equal greater greater_equal less less_equal "
             "logical_and logical_or logical_xor".split())
ALPHA = set("leaky_relu elu threshold thresholded_relu".split())
TWO_NUMBERS = set("sigmoid_hard clamped_relu linear_activation scaled_tanh clip".split())
ALONG_AXIS = set("softmax cumsum argsort reduce_argmax reduce_argmin".split())


def arguments(op, shape, dtype, x, y):
    """Arguments of an operation on x, as good as a shape of this rank allows."""
    rank, number, i = len(shape), dtype, np.int32
    channels = shape[1] if rank > 1 else 1
    axes = max(rank - 2, 0)
    vector = np.arange(channels).astype(dtype)
    ints = lambda *values: np.array(values, np.int32)
    if op in BINARY:
        return dict(x=x, y=y)
    if op in ALPHA:
        return dict(x=x, alpha=number(1))
    if op in TWO_NUMBERS:
        return dict(x=x, alpha=number(0), beta=number(1))
    if op in ALONG_AXIS:
        return dict(x=x, axis=i(0))
    if op.startswith("reduce_"):
        return dict(x=x, axes=ints(0), keep_dims=True)
    if op.startswith("resize_"):
        return dict(x=x, target_size_height=i(3), target_size_width=i(3))
    if op.startswith("upsample_"):
        return dict(x=x, scale_factor_height=i(2), scale_factor_width=i(2))
    match op:
        case "conv": return dict(x=x, weight=np.ones((4, channels) + (1,) * axes, dtype), bias=np.ones(4, dtype))
        case "conv_transpose": return dict(x=x, weight=np.ones((channels, 4) + (1,) * axes, dtype), bias=np.ones(4, dtype))
        case "max_pool" | "avg_pool": return dict(x=x, kernel_sizes=np.ones(axes, i), pad_type="valid")
        case "batch_norm": return dict(x=x, mean=vector, variance=vector, gamma=vector, beta=vector)
        case "instance_norm": return dict(x=x, gamma=vector, beta=vector)
        case "layer_norm": return dict(x=x, axes=ints(-1), gamma=np.ones(shape[-1:], dtype), beta=np.ones(shape[-1:], dtype))
        case "prelu": return dict(x=x, alpha=vector)
        case "linear": return dict(x=x, weight=np.ones((3, shape[-1] if rank else 1), dtype), bias=np.ones(3, dtype))
        case "matmul": return dict(x=x, y=y, transpose_y=rank > 1)
        case "cast": return dict(x=x, dtype="fp32")
        case "select": return dict(cond=np.ones(shape, bool) if rank else True, a=x, b=y)
        case "concat" | "stack": return dict(values=(x, y), axis=i(0))
        case "split": return dict(x=x, num_splits=i(2), axis=i(0))
        case "topk": return dict(x=x, k=i(1), axis=i(0))
        case "gather": return dict(x=x, indices=ints(0, 1), axis=i(0))
        case "gather_along_axis": return dict(x=x, indices=np.zeros(shape, i), axis=i(0))
        case "scatter_nd":
            return dict(data=x, indices=np.zeros((1, 1), i), updates=np.ones((1,) + tuple(shape[1:]), dtype), mode="update")
        case "reshape": return dict(x=x, shape=ints(*shape, 1))
        case "expand_dims" | "reverse": return dict(x=x, axes=ints(0))
        case "transpose": return dict(x=x, perm=np.arange(rank, dtype=i)[::-1].copy())
        case "tile": return dict(x=x, reps=np.full(rank, 2, i))
        case "slice_by_index": return dict(x=x, begin=np.zeros(rank, i), end=np.ones(rank, i))
        case "slice_by_size": return dict(x=x, begin=np.zeros(rank, i), size=np.ones(rank, i))
        case "crop": return dict(x=x, crop_height=ints(0, 1), crop_width=ints(0, 1))
        case "pad": return dict(x=x, pad=np.ones(2 * rank, i), mode="constant", constant_val=number(1))
        case "depth_to_space" | "space_to_depth": return dict(x=x, block_size=i(2))
        case "pixel_shuffle": return dict(x=x, upscale_factor=i(2))
        case "resample":
            return dict(x=x, coordinates=np.zeros((shape[0] if rank else 1, 3, 3, 2), np.float32), sampling_mode="bilinear", padding_mode="constant",
                        padding_value=number(0), coordinates_mode="normalized_minus_one_to_one", align_corners=False)
        case "non_maximum_suppression":
            return dict(boxes=x, scores=y, iou_threshold=number(0.5), score_threshold=number(0), max_boxes=i(2))
        case "resize":
            return dict(x=x, shape=ints(*shape[-2:]), resized_dims=np.uint32(2), interpolation_mode="LINEAR", sampling_mode="DEFAULT")
        case "range_1d": return dict(start=number(0), end=number(3), step=number(1))
        case "fill": return dict(shape=ints(*shape), value=number(1))
    return dict(x=x)


def taken(op, rank, dtype, version):
    """Whether a constructor takes an operand of this rank and type, with those arguments that it has in this version."""
    kind, scalar = MIL_TYPES[dtype]
    shape = (2, 4, 4, 6, 6)[:rank]
    inputs = {name: mb.placeholder(shape=shape, dtype=kind, allow_rank0_input=True) for name in "xy"}
    try:
        with Function(inputs, opset_version=VERSIONS[version]) as function:
            given = arguments(op, shape, scalar, function.inputs["x"], function.inputs["y"])
            known = SSAOpRegistry.core_ops[op][VERSIONS[version]].input_spec.input_types
            getattr(mb, op)(**{name: value for name, value in given.items() if name in known})
    except Exception:
        return False
    return True


def judge_facts(facts):
    """What the reader takes, but for constants and the one rank of `fill`, whose operand is no tensor. -> (tried, failures)"""
    tried, failures = 0, []
    for op, fact in facts.items():
        least, highest = fact["ranks"]
        held = {version: target for version, target in VERSIONS.items() if target in SSAOpRegistry.core_ops[op]}
        for version in held:
            for rank in range(max(least, 1) if op == "fill" else least, highest + 1):
                for dtype in fact["types"]:
                    tried += 1
                    if not taken(op, rank, dtype, version):
                        failures.append(f"{op} of {dtype} and rank {rank} is read, and refused in version {version}")
        first = SSAOpRegistry.core_ops[op][next(iter(held.values()))]
        said = documented_ranks(first)
        if said and not said[0] <= least <= highest <= said[1]:
            failures.append(f"{op} of ranks {least} to {highest} is read, documented are {said[0]} to {said[1]}")
        for name, spec in first.input_spec.input_types.items():
            if spec.const and name in fact["tensors"] and name not in fact["constants"]:
                failures.append(f"{op}: {name} is read where it is computed, and has to be constant")
    return tried, failures


def main():
    combinations, first, failures = judge_packages(sys.argv[1])
    spoilt, missed = judge_damage(first)
    with open(sys.argv[2], encoding="utf-8") as file:
        tried, wide = judge_facts(json.load(file))
    failures += missed + wide
    for text in failures[:FEW_ERRORS]:
        print(f"FAILED {text}"[:400])
    print(f"{sum(combinations.values())} single nodes, {len(combinations)} combinations of operator, rank and type, "
          f"of {len({operator for operator, _, _ in combinations})} operators in {len(first)} operations, were built by coremltools "
          f"in {len(VERSIONS)} versions")
    print(f"{spoilt} wrong types had to be refused; {tried} operands that we read had to be taken; {len(failures)} failed")
    sys.exit(0 if combinations and spoilt and tried and not failures else 1)


if __name__ == "__main__":
    main()
