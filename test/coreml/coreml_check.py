#!/usr/bin/env python3
"""An independent judge of a Core ML package (.mlpackage, ML Program), written on torch.

    coreml_check.py PACKAGE [--run] [--input NAME=x.npy ...] [--expected NAME=y.npy ...]
                    [--rtol-scale R] [--precision as-stated|fp32] [--json]

Always: the package, every protobuf field, every blob, every operation and every type is checked, the whole program
is evaluated once (on the given or on seeded inputs) so that each declared shape and dtype meets the computed one,
and coremltools' own MIL front end must accept the program. With --run the outputs are also compared with the
expected ones. Exit code: 0 good, 1 numerically off, 2 invalid package (also: an argument that cannot be used).

Inputs: a tensor input takes its own shape. An image input takes pixels [H,W,3] or [H,W] (uint8 or float, 0-255, RGB
order; they become [1,C,H,W] in the channel order of the feature's colour space) or an array of the function's own
shape, fed as it is. A classifier is compared on its probabilities, a vector in the order of the labels.
Figures: maxAbs; error = maxAbs / max|expected|, the one that is judged (1e-4, and 2e-2 where the program computes in
fp16); cosine of the flattened outputs; argMaxEqual, along the last axis. fp16 operations take fp16 values, compute
in fp32 and round once; --precision fp32 leaves the rounding out (weights keep what the file holds).

Proven to judge, on packages that coremltools 9.0 wrote from torch 2.15, in fp32 and in fp16:
- ok, fp32 error <= 1.3e-6 (train-time MobileOne S4 1.3e-5), fp16 <= 2.1e-3: timm's MobileOne S0 train-time and
  re-parameterised, EfficientNet-B0, FastViT-T8, RepViT-M0.9, RepGhostNet, MobileNetV3, torchvision's LRASPP and DeepLabV3, a
  squeeze-excite block, attention (layer_norm, softmax, matmul, both gelus), resizes with transposed convolution, pads and
  slices, image inputs (RGB, BGR, grey) and classifiers (text and integer labels);
- off: S4 with random weights in fp16 (3.6e-2), where torch in half precision is off as far (2.7e-2);
- 240 comparisons of single operations, all of the table but fill and range_1d, with coremltools' NumPy evaluation, torch,
  torchvision (nms) or ONNX Runtime (Resize): fp32 <= 2e-5, fp16 <= 4e-4;
- 54 damaged packages, each rejected (2) or reported off (1) as foreseen: argument renamed or missing, wrong operation,
  shape, dtype, rank, order, name, opset; blob offset, sentinel, size, count, dtype, file; two weights swapped, one weight
  changed, pad moved, axis, epsilon, mode, align_corners, colour order or scale changed; labels; description; unknown
  fields; cut files; manifest.
Sizes that vary are judged at one shape a run, that of the given input, which has to be among those that the description allows (seeded
inputs take the first that it names): where the program leaves a size open, any computed one fits; where it tells one, that one alone.
Not judged: control flow, sizes without an upper bound, state, several functions, image outputs, compressed weights that are sparse or compressed twice, quantize,
scatter but scatter_nd, einsum, crop_resize, conv_transpose with pad_type same, concat interleave, gather batch_dims, integer real_div;
and Apple's own arithmetic: resize_nearest_neighbor by other than whole factors and the padding of nms follow documentation.
Needs torch, numpy, coremltools 9 (its protobuf classes, blob reader and front end; nothing of Apple's runtime).
"""
import argparse, contextlib, io, json, logging, math, os, re, struct, sys, warnings
from types import SimpleNamespace

warnings.filterwarnings("ignore")
import numpy as np
import torch
import torch.nn.functional as F

from compressed import PACKED, STORED, Weights, unpack

logging.disable(logging.WARNING)
with contextlib.redirect_stderr(io.StringIO()):
    import coremltools
    from coremltools import libmilstoragepython, proto
    from coremltools.converters.mil.frontend.milproto import load as milproto

MIL, Model, Feature = proto.MIL_pb2, proto.Model_pb2, proto.FeatureTypes_pb2
NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_@]*\Z")
OPSET = {6: "CoreML5", 7: "CoreML6", 8: "CoreML7", 9: "CoreML8", 10: "CoreML9"}
# MIL dtype -> (torch dtype, numpy dtype, TensorValue field, blob dtype, blob reader method)
DTYPES = {
    "BOOL": (torch.bool, np.bool_, "bools", None, None),
    "STRING": (str, None, "strings", None, None),
    "FLOAT16": (torch.float16, np.float16, "bytes", 1, "read_fp16_data"),
    "FLOAT32": (torch.float32, np.float32, "floats", 2, "read_float_data"),
    "UINT8": (torch.uint8, np.uint8, "bytes", 3, "read_uint8_data"),
    "INT8": (torch.int8, np.int8, "bytes", 4, "read_int8_data"),
    "INT16": (torch.int16, np.int16, "ints", 6, "read_int16_data"),
    "UINT16": (torch.uint16, np.uint16, "ints", 7, "read_uint16_data"),
    "INT32": (torch.int32, np.int32, "ints", 14, "read_int32_data"),
    "UINT32": (torch.uint32, np.uint32, "bytes", 15, "read_uint32_data"),
    "INT64": (torch.int64, np.int64, "longInts", None, None),
}
FLOATS = (torch.float16, torch.float32)
ARRAY_DTYPE = {65568: "FLOAT32", 65552: "FLOAT16", 131104: "INT32", 131080: "INT8"}
COLOURS = {10: ("GRAYSCALE", 1), 20: ("RGB", 3), 30: ("BGR", 3), 40: ("GRAYSCALE_FLOAT16", 1)}


class Bad(Exception):
    """Something that makes the package invalid."""


# ------------------------------------------------------------------------------------------------ operations
# Each takes its arguments by name (absent: None). Float tensors arrive as fp32 holding values of their own dtype; the
# caller rounds the result. [n,C,*D]: batch, channels, spatial dimensions.

def split_pad(x, a, window, value=0.0):
    """x [n,C,*D] with the padding that pad_type/pad ask for put in: [n,C,*(D+before+after)]. window: sizes, dilated."""
    kind, d = a.pad_type or "valid", len(window)
    need(kind in ("valid", "custom", "same", "same_lower"), f"pad_type {kind!r}")
    need(kind == "custom" or not any(a.pad or []), "pad without pad_type custom")
    need(kind != "same_lower" or a.spec >= 7, "same_lower needs specification version 7")
    if kind == "valid":
        return x
    if kind == "custom":
        pairs = pad_pairs(a.pad, d)
    else:
        strides, pairs = a.strides or [1] * d, []
        for size, k, s in zip(x.shape[2:], window, strides):
            total = max(0, s * math.ceil(size / s) - size + k - s)
            small, big = total // 2, total - total // 2
            pairs.append((small, big) if kind == "same" else (big, small))
    return F.pad(x, [n for pair in reversed(pairs) for n in pair], value=value)


def pad_pairs(pad, d):
    pad = pad or [0] * 2 * d
    need(len(pad) == 2 * d and min(pad) >= 0, f"pad {pad} for {d} spatial dimensions")
    return [(pad[2 * i], pad[2 * i + 1]) for i in range(d)]


def dilated(kernel, dilations):
    return [(k - 1) * s + 1 for k, s in zip(kernel, dilations or [1] * len(kernel))]


def conv(a):
    """x [n,C,*D], weight [O,C/groups,*K], bias [O] -> [n,O,*D']"""
    groups, d = a.groups or 1, a.x.dim() - 2
    need(a.weight.dim() == a.x.dim() and a.weight.shape[1] * groups == a.x.shape[1], "weight does not fit x and groups")
    need(a.weight.shape[0] % groups == 0, "output channels not divisible by groups")
    need(a.bias is None or tuple(a.bias.shape) == (a.weight.shape[0],), "bias is not [O]")
    x = split_pad(a.x, a, dilated(a.weight.shape[2:], a.dilations))
    run = (F.conv1d, F.conv2d, F.conv3d)[d - 1]
    return run(x, a.weight, a.bias, a.strides or [1] * d, 0, a.dilations or [1] * d, groups)


def conv_transpose(a):
    """x [n,C,*D], weight [C,O/groups,*K], bias [O] -> [n,O,*D']; pad is cropped from the full result"""
    groups, d = a.groups or 1, a.x.dim() - 2
    need(a.weight.shape[0] == a.x.shape[1], "weight is not [C,O/groups,*K]")
    strides, dil, kind = a.strides or [1] * d, a.dilations or [1] * d, a.pad_type or "valid"
    need(kind in ("valid", "custom"), f"pad_type {kind!r} is not judged here")
    run = (F.conv_transpose1d, F.conv_transpose2d, F.conv_transpose3d)[d - 1]
    y = run(a.x, a.weight, None, strides, 0, 0, groups, dil)
    for i, (before, after) in enumerate(pad_pairs(a.pad if kind == "custom" else None, d)):
        size = a.output_shape[2 + i] if a.output_shape else y.shape[2 + i] - before - after
        short = before + size - y.shape[2 + i]
        if short > 0:
            y = F.pad(y, [0, 0] * (d - 1 - i) + [0, short])
        y = y.narrow(2 + i, before, size)
    return y if a.bias is None else y + a.bias.reshape(-1, *[1] * d)


def pool(a, kind):
    """x [n,C,*D] -> [n,C,*D']; averages count the zeros of the padding unless exclude_padding_from_average"""
    k, d = a.kernel_sizes, a.x.dim() - 2
    need(len(k) == d, "kernel_sizes do not fit x")
    strides, run = a.strides or [1] * d, {"max": (F.max_pool1d, F.max_pool2d, F.max_pool3d),
                                          "avg": (F.avg_pool1d, F.avg_pool2d, F.avg_pool3d)}[kind][d - 1]
    if a.ceil_mode:
        pairs = pad_pairs(a.pad, d)
        need(all(b == e for b, e in pairs) and (a.pad_type or "valid") in ("valid", "custom"), "ceil_mode: uneven padding")
        sides, more = [b for b, _ in pairs], {}
        if kind == "avg":
            more["count_include_pad"] = not a.exclude_padding_from_average
        return run(a.x, k, strides, sides, ceil_mode=True, **more)
    if kind == "max":
        return run(split_pad(a.x, a, k, -math.inf), k, strides)
    total = run(split_pad(a.x, a, k), k, strides)
    if a.exclude_padding_from_average:
        total = total / run(split_pad(torch.ones_like(a.x), a, k), k, strides)
    return total


def batch_norm(a):
    """x [n,C,*D], mean, variance, gamma, beta [C]"""
    if a.x.dim() not in (3, 4, 5):
        a.warn(f"batch_norm is documented for rank 3 to 5, not {a.x.dim()}")
    return F.batch_norm(a.x, a.mean, a.variance, a.gamma, a.beta, False, 0.0, 1e-5 if a.epsilon is None else a.epsilon)


def layer_norm(a):
    """x [*], gamma and beta shaped like the normalised axes"""
    axes = sorted(i % a.x.dim() for i in (a.axes or range(a.x.dim())))
    shape = [a.x.shape[i] if i in axes else 1 for i in range(a.x.dim())]
    centred = a.x - a.x.mean(axes, keepdim=True)
    y = centred / torch.sqrt((centred * centred).mean(axes, keepdim=True) + (1e-5 if a.epsilon is None else a.epsilon))
    y = y if a.gamma is None else y * a.gamma.reshape(shape)
    return y if a.beta is None else y + a.beta.reshape(shape)


def instance_norm(a):
    """x [n,C,*D], gamma and beta [C]"""
    return F.instance_norm(a.x, weight=a.gamma, bias=a.beta, eps=1e-5 if a.epsilon is None else a.epsilon)


def linear(a):
    """x [*,I], weight [O,I], bias [O] -> [*,O]"""
    if a.x.dim() > 3:
        a.warn(f"linear is documented for x of rank 1 to 3, not {a.x.dim()}")
    return F.linear(a.x, a.weight, a.bias)


def matmul(a):
    """x [*,m,k], y [*,k,n], each transposed first if asked"""
    x, y = (t.transpose(-1, -2) if flag else t for t, flag in ((a.x, a.transpose_x), (a.y, a.transpose_y)))
    return torch.matmul(x, y)


def gelu(a):
    mode = a.mode or "EXACT"
    need(mode in ("EXACT", "TANH_APPROXIMATION", "SIGMOID_APPROXIMATION"), f"gelu mode {mode!r}")
    return {"EXACT": lambda x: F.gelu(x), "TANH_APPROXIMATION": lambda x: F.gelu(x, approximate="tanh"),
            "SIGMOID_APPROXIMATION": lambda x: x * torch.sigmoid(1.702 * x)}[mode](a.x)


def grid(mode, size, out):
    """The `out` positions, in pixels of an axis of `size`, at which sampling mode `mode` reads."""
    i = np.arange(out, dtype=np.float64)
    if mode in ("STRICT_ALIGN_CORNERS", "ALIGN_CORNERS"):
        p = i * ((size - 1) / (out - 1)) if out > 1 else i * 0 + ((size - 1) / 2 if mode == "ALIGN_CORNERS" else 0)
    elif mode == "DEFAULT":
        p = i * (size / out)
    elif mode == "OFFSET_CORNERS":
        p = (i + 0.5) * (max(1, size - 1) / out)
    elif mode == "UNALIGN_CORNERS":
        p = (i + 0.5) * (size / out) - 0.5
    else:
        raise Bad(f"sampling mode {mode!r}")
    return np.clip(p, 0, size - 1)


def sample(x, axis, points, linear):
    """x read along `axis` at `points`, linearly or at the pixel given by floor"""
    low = np.floor(points + 1e-9).astype(np.int64)
    left = x.index_select(axis, torch.from_numpy(low))
    if not linear:
        return left
    right = x.index_select(axis, torch.from_numpy(np.minimum(low + 1, x.shape[axis] - 1)))
    shape = [1] * x.dim()
    shape[axis] = len(points)
    return torch.lerp(left, right, torch.from_numpy((points - low).astype(np.float32)).reshape(shape))


def resized(x, size, mode, linear=True):
    """x [*,H,W] -> [*,*size], over the last len(size) axes"""
    for axis, out in zip(range(x.dim() - len(size), x.dim()), size):
        points = grid(mode, x.shape[axis], out)
        if not linear and mode != "DEFAULT":
            points = np.floor(points + 0.5)
        x = sample(x, axis, points, linear)
    return x


def scaled_size(a):
    factors = (a.scale_factor_height or 1, a.scale_factor_width or 1)
    return [math.floor(f * n) for f, n in zip(factors, a.x.shape[-2:])]


def upsample_bilinear(a):
    align = True if a.align_corners is None else a.align_corners
    half = (not align) if a.half_pixel_centers is None else a.half_pixel_centers
    need(not (align and half), "align_corners together with half_pixel_centers")
    return resized(a.x, scaled_size(a), "STRICT_ALIGN_CORNERS" if align else "UNALIGN_CORNERS" if half else "DEFAULT")


def resize(a):
    """x [*], shape [K]: its last resized_dims entries are the new sizes, 0 keeps one"""
    size = a.shape[len(a.shape) - a.resized_dims:]
    size = [s or old for s, old in zip(size, a.x.shape[a.x.dim() - len(size):])]
    return resized(a.x, size, a.sampling_mode or "DEFAULT", (a.interpolation_mode or "LINEAR") == "LINEAR")


def pixels(i, size, mode):
    """Which pixels of an axis of `size` stand at the places i, also before and behind it; and whether there is one"""
    inside = (i >= 0) & (i < size)
    if mode == "reflection":  # |1 2 3| -> 3 2 |1 2 3| 2 1
        period = max(2 * (size - 1), 1)
        i = torch.minimum(i % period, period - i % period)
    elif mode == "symmetric":  # |1 2 3| -> 2 1 |1 2 3| 3 2
        i = torch.minimum(i % (2 * size), 2 * size - 1 - i % (2 * size))
    else:
        need(mode in ("constant", "border"), f"padding mode {mode!r}")
    return i.clamp(0, size - 1).long(), inside | (mode != "constant")


def resample(a):
    """x [n,C,H,W] read at coordinates [n,H',W',2], each (x, y): [n,C,H',W']"""
    c = a.coordinates.double()
    need(a.x.dim() == 4 and c.dim() == 4 and c.shape[0] == a.x.shape[0] and c.shape[3] == 2, "coordinates do not fit x")
    need(a.sampling_mode in ("bilinear", "nearest"), f"sampling mode {a.sampling_mode!r}")
    taps = []
    for p, size in zip(c.unbind(3), (a.x.shape[3], a.x.shape[2])):
        if a.coordinates_mode != "unnormalized":
            need(a.coordinates_mode in ("normalized_minus_one_to_one", "normalized_zero_to_one"), f"coordinates {a.coordinates_mode!r}")
            p = (p + 1) / 2 if a.coordinates_mode == "normalized_minus_one_to_one" else p
            p = p * (size - 1) if a.align_corners else p * size - 0.5
        low = torch.floor(p) if a.sampling_mode == "bilinear" else torch.round(p)
        share = p - low if a.sampling_mode == "bilinear" else torch.zeros_like(p)
        taps.append([(*pixels(low, size, a.padding_mode), 1 - share), (*pixels(low + 1, size, a.padding_mode), share)])
    image, batch, y = a.x.permute(0, 2, 3, 1), torch.arange(c.shape[0]).reshape(-1, 1, 1), 0
    for column, in_row, across in taps[0]:
        for row, in_column, down in taps[1]:
            read = torch.where((in_row & in_column)[..., None], image[batch, row, column], a.padding_value)
            y = y + read * (across * down)[..., None].float()
    return y.permute(0, 3, 1, 2)


def reshape(a):
    shape = [a.x.shape[i] if s == 0 and len(a.shape) == a.x.dim() else s for i, s in enumerate(a.shape)]
    return a.x.reshape(shape)


def slice_by_index(a):
    """numpy's begin:end:stride on every axis; squeeze_mask takes one element and drops the axis"""
    rank, index, flip = a.x.dim(), [], []
    need(len(a.begin) == len(a.end) == rank, "begin and end need one entry per axis")
    for i, (begin, end) in enumerate(zip(a.begin, a.end)):
        step = a.stride[i] if a.stride else 1
        if a.squeeze_mask and a.squeeze_mask[i]:
            index.append(begin)
            continue
        begin = None if a.begin_mask and a.begin_mask[i] else begin
        end = None if a.end_mask and a.end_mask[i] else end
        index.append(torch.tensor(range(a.x.shape[i])[begin:end:step], dtype=torch.int64))
    x = a.x
    for i in reversed(range(rank)):
        x = x.select(i, index[i]) if isinstance(index[i], int) else x.index_select(i, index[i])
    return x


def slice_by_size(a):
    for i, (begin, size) in enumerate(zip(a.begin, a.size)):
        begin %= a.x.shape[i]
        a.x = a.x.narrow(i, begin, a.x.shape[i] - begin if size == -1 else size)
    return a.x


def concat(a):
    need(not a.interleave, "interleave is not judged here")
    return torch.cat(a.values, a.axis)


def split(a):
    if a.split_sizes:
        need(sum(a.split_sizes) == a.x.shape[a.axis], "split_sizes do not add up")
        return torch.split(a.x, a.split_sizes, a.axis)
    need(a.num_splits and a.x.shape[a.axis] % a.num_splits == 0, "num_splits does not divide the axis")
    return torch.split(a.x, a.x.shape[a.axis] // a.num_splits, a.axis)


def gather(a):
    """x [*], indices [*I] -> x.shape[:axis] + I + x.shape[axis+1:]"""
    axis, index = (a.axis or 0) % a.x.dim(), a.indices.long()
    need(not a.batch_dims, "batch_dims is not judged here")
    index = torch.where(index < 0, index + a.x.shape[axis], index)
    shape = list(a.x.shape[:axis]) + list(index.shape) + list(a.x.shape[axis + 1:])
    return a.x.index_select(axis, index.reshape(-1)).reshape(shape)


def scatter_nd(a):
    """Slices of updates into the places of data that the last axis of the indices spells out, one after the other."""
    combined = {"update": lambda old, new: new, "add": torch.add, "sub": torch.sub, "mul": torch.mul, "div": torch.div,
                "max": torch.maximum, "min": torch.minimum}[a.mode or "add"]
    made, depth = a.data.clone(), a.indices.shape[-1]
    need(list(a.updates.shape) == list(a.indices.shape[:-1]) + list(a.data.shape[depth:]), "updates have another shape")
    slices = a.updates.reshape([-1] + list(a.data.shape[depth:]))
    for place, new in zip(a.indices.reshape(-1, depth).tolist(), slices):
        need(all(0 <= at < size for at, size in zip(place, a.data.shape)), "an index is outside")
        made[tuple(place)] = combined(made[tuple(place)], new)
    return made


def pad(a):
    """pad: a pair (before, after) for each of the last len(pad)/2 axes, first axis first"""
    pairs, mode = list(zip(a.pad[::2], a.pad[1::2])), a.mode or "constant"
    need(mode in ("constant", "reflect", "replicate") and min(a.pad) >= 0, f"pad {mode!r} {a.pad}")
    x, first = a.x, a.x.dim() - len(pairs)
    for axis, (before, after) in enumerate(pairs, first):
        n = x.shape[axis]
        if mode == "constant":
            fill = lambda k: torch.full([*x.shape[:axis], k, *x.shape[axis + 1:]], a.constant_val or 0.0, dtype=x.dtype)
            x = torch.cat([fill(before), x, fill(after)], axis)
        else:
            i = np.arange(-before, n + after)
            i = np.clip(i, 0, n - 1) if mode == "replicate" else (n - 1) - abs((n - 1) - abs(i))
            need(i.min() >= 0, "reflect padding wider than the axis")
            x = x.index_select(axis, torch.from_numpy(i))
    return x


def topk(a):
    """x [*] -> values and int32 indices with k along axis"""
    axis = -1 if a.axis is None else a.axis
    values, index = torch.sort(a.x, dim=axis, descending=not a.ascending, stable=True)
    values, index = values.narrow(axis, 0, a.k or 1), index.narrow(axis, 0, a.k or 1).int()
    return values if a.return_indices is False else (values, index)


def nms(a):
    """boxes [n,B,4] (centre x, y, width, height), scores [n,B,K]; from specification version 8 [n,4,B] and [n,K,B]"""
    last = a.spec >= 8
    boxes, scores = (t.transpose(1, 2) if last else t for t in (a.boxes, a.scores))
    n, m = boxes.shape[0], a.max_boxes
    out_b, out_s = torch.zeros(n, m, 4), torch.zeros(n, m, scores.shape[2])
    out_i, count = torch.full((n, m), -1, dtype=torch.int32), torch.zeros(n, dtype=torch.int32)
    for b in range(n):
        best, cls = scores[b].max(1)
        xy, wh = boxes[b, :, :2], boxes[b, :, 2:]
        lo, hi, area, kept = xy - wh / 2, xy + wh / 2, wh.prod(1), []
        order = torch.argsort(best, descending=True, stable=True).tolist()
        alive = [i for i in order if a.score_threshold is None or best[i] >= a.score_threshold] or order[:1]
        while alive and len(kept) < m:
            i, *alive = alive
            kept.append(i)
            side = (torch.minimum(hi[i], hi[alive]) - torch.maximum(lo[i], lo[alive])).clamp(min=0)
            iou = side.prod(1) / (area[i] + area[alive] - side.prod(1))
            other = cls[alive] != cls[i] if a.per_class_suppression else torch.zeros_like(iou, dtype=torch.bool)
            alive = [j for j, keep in zip(alive, ((iou <= a.iou_threshold) | other).tolist()) if keep]
        out_b[b, :len(kept)], out_s[b, :len(kept)] = boxes[b, kept], scores[b, kept]
        out_i[b, :len(kept)], count[b] = torch.tensor(kept, dtype=torch.int32), len(kept)
    return (out_b.transpose(1, 2), out_s.transpose(1, 2), out_i) if last else (out_b, out_s, out_i, count)


def cast(a):
    kinds = {"fp16": torch.float16, "fp32": torch.float32, "int32": torch.int32, "bool": torch.bool,
             "int8": torch.int8, "uint8": torch.uint8, "int16": torch.int16, "uint16": torch.uint16}
    need(a.dtype in kinds and (a.spec >= 8 or a.dtype in ("fp16", "fp32", "int32", "bool")), f"cast to {a.dtype!r}")
    return a.x.to(a.half if a.dtype == "fp16" else kinds[a.dtype])


def fill(a):
    value = torch.tensor(0.0) if a.value is None else a.value
    return value.expand(a.shape).clone()


def shuffled(a, sign):
    """depth_to_space (+1) and space_to_depth (-1): x [n,C,H,W], the block index leads the channels"""
    n, c, h, w = a.x.shape
    b = a.block_size
    if sign > 0:
        return a.x.reshape(n, b, b, c // b // b, h, w).permute(0, 3, 4, 1, 5, 2).reshape(n, c // b // b, h * b, w * b)
    return a.x.reshape(n, c, h // b, b, w // b, b).permute(0, 3, 5, 1, 2, 4).reshape(n, c * b * b, h // b, w // b)


def cumsum(a):
    axis = a.axis or 0
    x = a.x.flip(axis) if a.reverse else a.x
    y = x.cumsum(axis, dtype=x.dtype) - (x if a.exclusive else 0)
    return y.flip(axis) if a.reverse else y


def reduced(function):
    """x [*] -> the same without `axes` (all, if absent); keep_dims leaves them as 1"""
    return lambda a: function(a.x, sorted(i % a.x.dim() for i in a.axes) if a.axes else list(range(a.x.dim())), bool(a.keep_dims))


def argbest(function):
    return lambda a: function(a.x, -1 if a.axis is None else a.axis, bool(a.keep_dims)).int()


def product(x, axes, keep):  # several axes, one after the other
    for axis in reversed(axes):
        x = torch.prod(x, axis, keepdim=keep, dtype=x.dtype)
    return x


def eps(value, default):
    return default if value is None else value


def quotient(a):
    need(a.x.dtype in FLOATS, "real_div of integers is not judged here")
    return a.x / a.y


# Signatures: name, `?` optional, `:` kind, `@` first specification version, `-` last one.
# T float tensor, N number, A anything: of the operation's dtype; W float parameter of that dtype (free from version 8);
# V any tensor of a dtype of its own; P fp32 or int32 tensor; I int32 tensor, B bool tensor; T+ A+ one or more. Constants: i b f s (scalars), F float
# or int scalar, u uint32 scalar, i* b* vectors, c: scalar of the operation's dtype kept as tensor.
# n*: int vector that may be computed.
OPS = {
    "conv": ("x:T weight:W bias?:W strides?:i* pad_type?:s pad?:i* dilations?:i* groups?:i", conv),
    "conv_transpose": ("x:T weight:W bias?:W pad?:i* output_shape?:i* pad_type?:s strides?:i* dilations?:i* groups?:i", conv_transpose),
    "linear": ("x:T weight:W bias?:W", linear),
    "matmul": ("x:N y:N transpose_x?:b transpose_y?:b", matmul),
    "batch_norm": ("x:T mean:W variance:W gamma?:W beta?:W epsilon?:f", batch_norm),
    "layer_norm": ("x:T axes?:i* gamma?:W beta?:W epsilon?:f", layer_norm),
    "instance_norm": ("x:T gamma?:W beta?:W epsilon?:f", instance_norm),
    "relu": ("x:T", lambda a: F.relu(a.x)), "relu6": ("x:T", lambda a: F.relu6(a.x)),
    "leaky_relu": ("x:T alpha:f", lambda a: F.leaky_relu(a.x, a.alpha)),
    "prelu": ("x:T alpha:W", lambda a: F.prelu(a.x, a.alpha)),
    "elu": ("x:T alpha:f", lambda a: F.elu(a.x, a.alpha)),
    "clamped_relu": ("x:T alpha:f beta:f", lambda a: torch.where(a.x >= 0, a.x, a.alpha * a.x).clamp(max=a.beta)),
    "thresholded_relu": ("x:T alpha:f", lambda a: torch.where(a.x >= a.alpha, a.x, 0.0)),
    "threshold": ("x:T alpha:f", lambda a: a.x.clamp(min=a.alpha)),
    "sigmoid": ("x:T", lambda a: torch.sigmoid(a.x)), "silu": ("x:T", lambda a: F.silu(a.x)),
    "sigmoid_hard": ("x:T alpha:f beta:f", lambda a: (a.alpha * a.x + a.beta).clamp(0, 1)),
    "gelu": ("x:T mode?:s", gelu), "tanh": ("x:T", lambda a: torch.tanh(a.x)), "atanh": ("x:T", lambda a: torch.atanh(a.x)),
    "scaled_tanh": ("x:T alpha:f beta:f", lambda a: a.alpha * torch.tanh(a.beta * a.x)),
    "softplus": ("x:T", lambda a: F.softplus(a.x, threshold=1e4)), "softsign": ("x:T", lambda a: F.softsign(a.x)),
    "linear_activation": ("x:T alpha:f beta:f", lambda a: a.alpha * a.x + a.beta),
    "clip": ("x:T alpha:f beta:f", lambda a: a.x.clamp(a.alpha, a.beta)),
    "softmax": ("x:T axis?:i", lambda a: torch.softmax(a.x, -1 if a.axis is None else a.axis)),
    "rsqrt": ("x:T epsilon?:f", lambda a: torch.rsqrt(a.x + eps(a.epsilon, 1e-12))),
    "inverse": ("x:T epsilon?:f", lambda a: 1 / (a.x + eps(a.epsilon, 1e-4))),
    "log": ("x:T epsilon?:f", lambda a: torch.log(a.x + eps(a.epsilon, 1e-45))),
    "real_div": ("x:N y:N", quotient),
    "select": ("cond:B a:A b:A", lambda a: torch.where(a.cond, a.a, a.b)),
    "logical_not": ("x:B", lambda a: ~a.x),
    "reduce_argmax": ("x:N axis?:i keep_dims?:b", argbest(torch.argmax)),
    "reduce_argmin": ("x:N axis?:i keep_dims?:b", argbest(torch.argmin)),
    "avg_pool": ("x:T kernel_sizes:i* strides?:i* pad_type:s pad?:i* exclude_padding_from_average?:b ceil_mode?:b", lambda a: pool(a, "avg")),
    "max_pool": ("x:T kernel_sizes:i* strides?:i* pad_type:s pad?:i* ceil_mode?:b", lambda a: pool(a, "max")),
    "upsample_bilinear": ("x:T scale_factor_height?:F scale_factor_width?:F align_corners?:b half_pixel_centers?:b@7", upsample_bilinear),
    "upsample_nearest_neighbor": ("x:T scale_factor_height?:F scale_factor_width?:F", lambda a: resized(a.x, scaled_size(a), "DEFAULT", False)),
    "resize_bilinear": ("x:T target_size_height?:i target_size_width?:i sampling_mode?:s",
                        lambda a: resized(a.x, [a.target_size_height or 1, a.target_size_width or 1], a.sampling_mode or "DEFAULT")),
    "resize_nearest_neighbor": ("x:T target_size_height:i target_size_width:i",
                                lambda a: resized(a.x, [a.target_size_height, a.target_size_width], "DEFAULT", False)),
    "resize": ("x:N@8 shape:n* resized_dims:u interpolation_mode?:s sampling_mode?:s", resize),
    "resample": ("x:T coordinates:P sampling_mode:s padding_mode:s padding_value:f coordinates_mode:s align_corners:b", resample),
    "crop": ("x:T crop_height:i* crop_width:i*", lambda a: a.x[..., a.crop_height[0]:a.x.shape[-2] - a.crop_height[1],
                                                             a.crop_width[0]:a.x.shape[-1] - a.crop_width[1]]),
    "reshape": ("x:A shape:n*", reshape),
    "transpose": ("x:A perm:i*", lambda a: a.x.permute(a.perm)),
    "slice_by_index": ("x:A begin:n* end:n* stride?:i* begin_mask?:b* end_mask?:b* squeeze_mask?:b*", slice_by_index),
    "slice_by_size": ("x:A begin:n* size:n*", slice_by_size),
    "concat": ("values:A+ axis:i interleave?:b", concat),
    "stack": ("values:A+ axis:i", lambda a: torch.stack(a.values, a.axis)),
    "split": ("x:A num_splits?:i split_sizes?:i* axis:i", split),
    "gather": ("x:A indices:I axis?:i batch_dims?:i@7 validate_indices?:b@8", gather),
    "gather_along_axis": ("x:A indices:I axis?:i validate_indices?:b@8", lambda a: torch.gather(
        a.x, a.axis or 0, torch.where(a.indices < 0, a.indices + a.x.shape[a.axis or 0], a.indices).long())),
    "scatter_nd": ("data:N indices:I updates:N mode?:s validate_indices?:b@8", scatter_nd),
    "expand_dims": ("x:A axes:i*", lambda a: a.x.reshape(inserted(a.x.shape, a.axes))),
    "squeeze": ("x:A axes?:i*", lambda a: a.x.squeeze(a.axes) if a.axes else a.x.squeeze()),
    "pad": ("x:T pad:n* mode?:s constant_val?:f", pad),
    "tile": ("x:A reps:n*", lambda a: a.x.repeat(a.reps)),
    "fill": ("shape:n* value?:c", fill),
    "shape": ("x:V", lambda a: torch.tensor(a.x.shape, dtype=torch.int32)),
    "identity": ("x:A", lambda a: a.x.clone()),
    "range_1d": ("end:N start:N step:N", lambda a: torch.arange(a.start.item(), a.end.item(), a.step.item(), dtype=a.end.dtype)),
    "cumsum": ("x:N axis?:i exclusive?:b reverse?:b", cumsum),
    "reverse": ("x:A axes?:i*", lambda a: a.x.flip(a.axes or list(range(a.x.dim())))),
    "flatten2d": ("x:A axis?:i", lambda a: a.x.reshape(math.prod(a.x.shape[:1 if a.axis is None else a.axis]), -1)),
    "depth_to_space": ("x:T block_size:i", lambda a: shuffled(a, 1)),
    "space_to_depth": ("x:T block_size:i", lambda a: shuffled(a, -1)),
    "pixel_shuffle": ("x:T upscale_factor:i", lambda a: F.pixel_shuffle(a.x, a.upscale_factor)),
    "pixel_unshuffle": ("x:T@7 downscale_factor:u", lambda a: F.pixel_unshuffle(a.x, a.downscale_factor)),
    "topk": ("x:N k?:i axis?:i ascending?:b sort?:b@7 return_indices?:b@7 output_indices_dtype?:s@8", topk),
    "argsort": ("x:N axis?:i ascending?:b", lambda a: torch.argsort(
        a.x, dim=-1 if a.axis is None else a.axis, descending=not a.ascending, stable=True).int()),
    "non_maximum_suppression": ("boxes:T scores:T iou_threshold:f score_threshold:f-7 max_boxes:i per_class_suppression?:b", nms),
    "cast": ("x:V dtype:s", cast),
}
for name, function in dict(add=torch.add, sub=torch.sub, mul=torch.mul, maximum=torch.maximum, minimum=torch.minimum, pow=torch.pow,
                           mod=torch.remainder, floor_div=torch.floor_divide).items():
    OPS[name] = ("x:N y:N", lambda a, f=function: f(a.x, a.y))
for name, function in dict(equal=torch.eq, not_equal=torch.ne, greater=torch.gt, greater_equal=torch.ge, less=torch.lt,
                           less_equal=torch.le).items():
    OPS[name] = ("x:A y:A", lambda a, f=function: f(a.x, a.y))
for name in ("and", "or", "xor"):
    OPS["logical_" + name] = ("x:B y:B", lambda a, f=getattr(torch, "logical_" + name): f(a.x, a.y))
for name in "abs sign sqrt square exp exp2 erf floor ceil round sin cos tan asin acos atan sinh cosh".split():
    OPS[name] = ("x:N" if name in ("abs", "sign", "square") else "x:T", lambda a, f=getattr(torch, name): f(a.x))
for name, function in dict(mean=torch.mean, sum=lambda x, d, k: torch.sum(x, d, k, dtype=x.dtype), max=torch.amax, min=torch.amin, prod=product,
                           l1_norm=lambda x, d, k: x.abs().sum(d, k, dtype=x.dtype), l2_norm=lambda x, d, k: (x * x).sum(d, k).sqrt(),
                           sum_square=lambda x, d, k: (x * x).sum(d, k, dtype=x.dtype), log_sum=lambda x, d, k: x.sum(d, k).log(),
                           log_sum_exp=torch.logsumexp).items():
    OPS["reduce_" + name] = ("x:N axes?:i* keep_dims?:b", reduced(function))


def inserted(shape, axes):
    rank = len(shape) + len(axes)
    axes, rest = {i % rank for i in axes}, iter(shape)
    return [1 if i in axes else next(rest) for i in range(rank)]


def need(ok, message):
    if not ok:
        raise Bad(message)


def signature(text):
    """'x:T pad?:i*@7' -> {name: (kind, optional, first version, last version)}"""
    out = {}
    for word in text.split():
        name, optional, kind, first, last = re.match(r"(\w+)(\??):(\w[*+]?)(?:@(\d+))?(?:-(\d+))?$", word).groups()
        out[name] = (kind, bool(optional), int(first or 0), int(last or 99))
    return out


def fits(shape, declared):
    """Whether a computed shape is the one declared, in which None is any size."""
    return len(shape) == len(declared) and all(want in (None, have) for have, want in zip(shape, declared))


class Shapes:
    """The shapes that a feature takes: what it names first, and then a list, or bounds of each axis."""

    def __init__(self, first, listed=None, bounds=None):
        self.first, self.listed, self.bounds = tuple(first), listed, bounds
        need(not listed or len(set(listed)) == len(listed) > 1, f"the listed shapes {listed} are not two or more different ones")
        need(not bounds or all(1 <= least <= most for least, most in bounds), f"the bounds {bounds} are no ranges with two ends")
        need(self.admits(self.first), f"{list(self.first)} is not among {self}")
        sizes = zip(*listed) if listed else [range(least, most + 1) for least, most in bounds] if bounds else [[n] for n in self.first]
        # As the program has to declare it.
        self.declared = tuple(n if len(set(size)) == 1 else None for n, size in zip(self.first, map(list, sizes)))

    def admits(self, shape):
        if self.listed:
            return shape in self.listed
        if self.bounds:
            return len(shape) == len(self.bounds) and all(least <= n <= most for n, (least, most) in zip(shape, self.bounds))
        return shape == self.first

    def __str__(self):
        return str(self.listed or self.bounds or list(self.first))


def span(r):
    return r.lowerBound, r.upperBound


def array_shapes(a):
    kind = a.WhichOneof("ShapeFlexibility")
    if kind == "enumeratedShapes":
        return Shapes(a.shape, listed=[tuple(s.shape) for s in a.enumeratedShapes.shapes])
    need(kind != "shapeRange" or len(a.shapeRange.sizeRanges) == len(a.shape), "not one range for each axis")
    return Shapes(a.shape, bounds=[span(r) for r in a.shapeRange.sizeRanges] if kind else None)


def image_shapes(image, channels):
    kind, of = image.WhichOneof("SizeFlexibility"), lambda height, width: (1, channels, height, width)
    if kind == "enumeratedSizes":
        return Shapes(of(image.height, image.width), listed=[of(s.height, s.width) for s in image.enumeratedSizes.sizes])
    planes = [span(image.imageSizeRange.heightRange), span(image.imageSizeRange.widthRange)]
    return Shapes(of(image.height, image.width), bounds=[(1, 1), (channels, channels), *planes] if kind else None)


SIGNATURES = {op: signature(text) for op, (text, _) in OPS.items()}
TORCH_NAME = {v[0]: k for k, v in DTYPES.items()}


# ------------------------------------------------------------------------------------------------ the package
class Blobs:
    """weights/weight.bin, walked from front to back: offset of each record -> (dtype, bytes, data offset)."""

    def __init__(self, path):
        self.path, self.records, self.padding, self.used = path, {}, {}, set()
        raw = open(path, "rb").read()
        need(len(raw) >= 64, "weight.bin is shorter than its header")
        count, version = struct.unpack_from("<II", raw)
        need(version == 2, f"weight.bin has version {version}, not 2")
        at = 64
        for n in range(count):
            need(at + 64 <= len(raw), f"weight.bin ends before record {n} of {count}")
            sentinel, dtype, size, start, odd = struct.unpack_from("<IIQQQ", raw, at)
            need(sentinel == 0xDEADBEEF, f"weight.bin: no sentinel at {at}")
            need(start == at + 64, f"weight.bin: the data of record {at} start at {start}")
            need(odd == 0 or dtype in PACKED and odd < 8, f"weight.bin: {odd} bits of padding in record {at}")
            need(start + size <= len(raw), f"weight.bin: record {at} passes the end of the file")
            self.records[at] = (dtype, size, raw[start:start + size])
            self.padding[at] = odd
            at = -(-(start + size) // 64) * 64
        need(max(len(raw), 64) <= at, f"weight.bin: {len(raw) - at} bytes after the last record")
        self.reader = libmilstoragepython._BlobStorageReader(path)

    def packed(self, offset, code, count, bits, method):
        """The bytes of `count` integers of `bits` bits."""
        need(offset in self.records, f"no record at blob offset {offset}")
        have, size, data = self.records[offset]
        need(have == code, f"record {offset} has dtype {have}, the value says {code}")
        need(8 * size - self.padding[offset] == count * bits, f"record {offset} has {size} bytes for {count} of {bits} bits")
        theirs = np.asarray(getattr(self.reader, method)(offset)).astype(np.int64).flatten() & (1 << bits) - 1
        need(np.array_equal(theirs, unpack(data, count, bits)), f"coremltools reads other integers at {offset}")
        self.used.add(offset)
        return data

    def read(self, offset, dtype, shape):
        _, npt, _, code, method = DTYPES[dtype]
        need(code is not None, f"{dtype} cannot lie in weight.bin")
        need(offset % 64 == 0, f"blob offset {offset} is not a multiple of 64")
        need(offset in self.records, f"no record at blob offset {offset}")
        have, size, data = self.records[offset]
        need(have == code, f"record {offset} has dtype {have}, the value says {dtype} ({code})")
        want = math.prod(shape) * np.dtype(npt).itemsize
        need(size == want, f"record {offset} has {size} bytes, {dtype} {shape} takes {want}")
        theirs = np.asarray(getattr(self.reader, method)(offset))
        need(theirs.tobytes() == data, f"coremltools reads other bytes at {offset}")
        self.used.add(offset)
        return np.frombuffer(data, npt).reshape(shape)


class Judge:
    def __init__(self, package, precision):
        self.package, self.errors, self.warnings = package, [], []
        self.half = torch.float32 if precision == "fp32" else torch.float16
        self.counts, self.fp16, self.varies = {}, False, False

    def check(self, ok, message):
        if not ok:
            self.errors.append(message)
        return ok

    @contextlib.contextmanager
    def part(self, where):
        try:
            yield
        except Exception as e:
            text = str(e) if isinstance(e, Bad) else f"{type(e).__name__}: {e}"
            self.errors.append(f"{where}: {' '.join(text.split())[:400]}")

    # -- files
    def open(self):
        """Manifest and spec; returns the Model message."""
        root = self.package
        need(os.path.isdir(root), "not a directory")
        manifest = json.load(open(os.path.join(root, "Manifest.json"), encoding="utf-8"))
        need(set(manifest) == {"fileFormatVersion", "itemInfoEntries", "rootModelIdentifier"}, f"Manifest.json has the keys {sorted(manifest)}")
        need(manifest["fileFormatVersion"] == "1.0.0", "fileFormatVersion is not 1.0.0")
        entries, covered = manifest["itemInfoEntries"], []
        for key, item in entries.items():
            need(set(item) == {"author", "description", "name", "path"}, f"entry {key} has the keys {sorted(item)}")
            need(all(isinstance(v, str) for v in item.values()), f"entry {key}: not strings")
            path = os.path.normpath(os.path.join(root, "Data", item["path"]))
            need(path.startswith(os.path.normpath(os.path.join(root, "Data")) + os.sep), f"entry {key} leaves the package")
            need(os.path.exists(path), f"entry {key}: no {item['path']}")
            need(item["path"] == f"{item['author']}/{item['name']}", f"entry {key}: path is not author/name")
            covered.append(path)
        need(manifest["rootModelIdentifier"] in entries, "rootModelIdentifier is not among the entries")
        for folder, _, files in os.walk(os.path.join(root, "Data")):
            for f in files:
                f = os.path.normpath(os.path.join(folder, f))
                self.check(any(f == c or f.startswith(c + os.sep) for c in covered), f"{os.path.relpath(f, root)} is in no entry")
        need(set(os.listdir(root)) == {"Manifest.json", "Data"}, f"the package holds {sorted(os.listdir(root))}")
        from coremltools.libmodelpackage import ModelPackage
        need(ModelPackage.isValid(root), "coremltools' package reader refuses it")
        self.model_path = os.path.join(root, "Data", entries[manifest["rootModelIdentifier"]]["path"])
        need(os.path.isfile(self.model_path), "the root model is not a file")
        self.data_dir, model = os.path.dirname(self.model_path), Model.Model()
        model.ParseFromString(open(self.model_path, "rb").read())
        full = model.ByteSize()
        model.DiscardUnknownFields()
        self.check(model.ByteSize() == full, f"{full - model.ByteSize()} bytes of the model are fields that the schema does not have")
        blob = os.path.join(self.data_dir, "weights", "weight.bin")
        self.blobs = None
        if os.path.exists(blob):
            with self.part("blobs"):
                self.blobs = Blobs(blob)
        return model

    # -- types and values
    def weight(self, op, spec):
        """What a constexpr_ operation stands for, rounded once."""
        def floats(v):
            dtype, shape = self.type_of(v.type, 7)
            need(dtype in ("FLOAT16", "FLOAT32"), f"numbers of a compressed weight in {dtype}")
            return self.value(v, 7).double().numpy(), dtype
        made, dtype = Weights(self.blobs, need, lambda t: self.type_of(t, 5, STORED), floats).of(op, spec)
        tensor = torch.from_numpy(np.ascontiguousarray(made)).to(DTYPES[dtype][0])
        return tensor.to(self.half) if dtype == "FLOAT16" else tensor

    def type_of(self, value_type, ranks=5, known=DTYPES, may_vary=False):
        """-> (MIL dtype name, shape tuple) of a tensor type; None stands for a size that varies, where it may"""
        need(value_type.WhichOneof("type") == "tensorType", "not a tensor type")
        t = value_type.tensorType
        need(t.dataType in MIL.DataType.values() and MIL.DataType.Name(t.dataType) in known, f"dtype {t.dataType}")
        need(t.rank == len(t.dimensions), f"rank {t.rank} with {len(t.dimensions)} dimensions")
        need(not t.attributes, "attributes on a type")
        need(t.rank <= ranks or MIL.DataType.Name(t.dataType) == "STRING", f"rank {t.rank} is over 5")
        for d in t.dimensions:
            is_open = may_vary and d.WhichOneof("dimension") == "unknown" and not d.unknown.variadic
            need(is_open or d.WhichOneof("dimension") == "constant" and d.constant.size > 0, "a dimension that is not fixed and positive")
        return MIL.DataType.Name(t.dataType), tuple(d.constant.size if d.WhichOneof("dimension") == "constant" else None for d in t.dimensions)

    def value(self, v, ranks=5):
        """A constant: str, list of str (strings of a vector), or torch tensor."""
        dtype, shape = self.type_of(v.type, ranks)
        tdtype, npt, field, *_ = DTYPES[dtype]
        if v.WhichOneof("value") == "blobFileValue":
            need(v.blobFileValue.fileName == "@model_path/weights/weight.bin", f"blob file {v.blobFileValue.fileName!r}")
            need(self.blobs, "a blob is named, but weights/weight.bin cannot be read")
            array = self.blobs.read(v.blobFileValue.offset, dtype, shape)
        else:
            need(v.WhichOneof("value") == "immediateValue" and v.immediateValue.WhichOneof("value") == "tensor", "a constant without value")
            t = v.immediateValue.tensor
            need(t.WhichOneof("value") == field, f"{dtype} lies in `{t.WhichOneof('value')}`, not in `{field}`")
            values = getattr(t, field).values
            if dtype == "STRING":
                need(len(values) == math.prod(shape), "number of strings")
                return values[0] if shape == () else list(values)
            array = np.frombuffer(values, npt) if field == "bytes" else np.array(list(values)).astype(npt)
            need(array.size == math.prod(shape), f"{array.size} elements for shape {shape}")
            array = array.reshape(shape)
        tensor = torch.from_numpy(np.array(array))
        return tensor.to(self.half) if tdtype == torch.float16 else tensor

    # -- operations
    def bind(self, op, values, consts, spec):
        """The arguments of one operation as (namespace for its function, its own dtype)."""
        sig = SIGNATURES[op.type]
        a, own = SimpleNamespace(spec=spec, half=self.half, warn=self.warnings.append, **{k: None for k in sig}), None
        for name in op.inputs:
            need(name in sig, f"no argument {name!r}")
        for name, (kind, optional, first, last) in sig.items():
            need(first <= spec or optional and name not in op.inputs, f"{name} needs specification version {first}")
            if not first <= spec <= last or name not in op.inputs:
                need(name not in op.inputs, f"{name} ends at specification version {last}")
                need(optional or not first <= spec <= last, f"{name} is missing")
                continue
            got, fixed = [], True
            for binding in op.inputs[name].arguments:
                if binding.WhichOneof("binding") == "name":
                    need(binding.name in values, f"{name}: {binding.name} is not defined before")
                    got.append(values[binding.name])
                    fixed &= binding.name in consts
                else:
                    need(binding.WhichOneof("binding") == "value", f"{name}: empty binding")
                    need(binding.value.WhichOneof("value") == "immediateValue", f"{name}: an inline value in a blob")
                    got.append(self.value(binding.value))
            need(len(got) >= 1 and (len(got) == 1 or kind.endswith("+")), f"{name} has {len(got)} bindings")
            result, dtype = self.argument(name, kind, got, fixed)
            if kind[0] in "TNAc":
                need(own in (None, dtype), f"{name} is {TORCH_NAME[dtype]}, the rest {TORCH_NAME.get(own)}")
                own = dtype
            elif kind[0] in "Wf":
                need(own == dtype or spec >= 8, f"{name} is {TORCH_NAME[dtype]}, x is {TORCH_NAME.get(own)}")
            setattr(a, name, result)
        return a, own

    def argument(self, name, kind, got, fixed):
        """One argument in the form its kind asks for, and its dtype."""
        base, many = kind[0], kind.endswith("*")
        if base == "s":
            need(isinstance(got[0], str) and fixed, f"{name} is not a constant string")
            return got[0], str
        for t in got:
            need(isinstance(t, torch.Tensor), f"{name} is not a tensor")
            need(t.dtype == got[0].dtype, f"{name}: mixed dtypes")
        t, dtype = got[0], got[0].dtype
        allowed = {"T": FLOATS, "W": FLOATS, "f": FLOATS, "F": (torch.float32, torch.int32), "N": FLOATS + (torch.int32,),
                   "A": FLOATS + (torch.int32, torch.bool), "c": FLOATS + (torch.int32, torch.bool), "V": FLOATS + (torch.int32, torch.bool),
                   "P": (torch.float32, torch.int32), "I": (torch.int32,), "B": (torch.bool,), "i": (torch.int32,), "n": (torch.int32,), "b": (torch.bool,),
                   "u": (torch.uint32,)}[base]
        need(dtype in allowed, f"{name} is {TORCH_NAME[dtype]}")
        if base in "ifbFuc":
            need(fixed, f"{name} is not a constant")
        if base in "ifbFunc":
            need(t.dim() == (1 if many else 0), f"{name} has shape {list(t.shape)}, a {'vector' if many else 'scalar'} is asked")
            return (t if base == "c" else t.tolist() if many else t.item()), dtype
        up = [x.float() if x.dtype == torch.float16 else x for x in got]
        return (up if kind.endswith("+") else up[0]), dtype

    def walk(self, block, values, spec):
        """Evaluates the block; `values` (name -> tensor) grows. Returns {output: probabilities} of a classifier."""
        consts, seen_ops, probabilities, used = set(), set(), {}, set(block.outputs)
        for i, op in enumerate(block.operations):
            where = f"operation {i} {op.type} -> {', '.join(o.name for o in op.outputs)}"
            self.counts[op.type] = self.counts.get(op.type, 0) + 1
            before = len(self.errors)
            with self.part(where):
                need(not op.blocks, "nested blocks are not judged here")
                allowed = {"name", "val"} if op.type == "const" else {"name"}
                need(set(op.attributes) <= allowed or op.type.startswith("constexpr_"), f"attributes {sorted(op.attributes)}")
                if "name" in op.attributes:
                    label = self.value(op.attributes["name"])
                    need(isinstance(label, str), "the name is not a string")
                    if label in seen_ops:
                        self.warnings.append(f"two operations are named {label}")
                    seen_ops.add(label)
                for o in op.outputs:
                    need(NAME.match(o.name), f"{o.name!r} is no identifier")
                    need(o.name not in values and o.name not in probabilities, f"{o.name} is defined twice")
                for argument in op.inputs.values():
                    used.update(b.name for b in argument.arguments if b.WhichOneof("binding") == "name")
                if op.type == "const":
                    need("val" in op.attributes and not op.inputs and len(op.outputs) == 1, "a const has `val`, no inputs, one output")
                    results = [self.value(op.attributes["val"])]
                    consts.add(op.outputs[0].name)
                elif op.type.startswith("constexpr_"):
                    results = [self.weight(op, spec)]
                    consts.add(op.outputs[0].name)
                elif op.type == "classify":
                    probabilities.update(self.classify(op, values))
                    continue
                else:
                    need(op.type in OPS, "unknown operation")
                    a, own = self.bind(op, values, consts, spec)
                    results = OPS[op.type][1](a)
                    results = list(results) if isinstance(results, (tuple, list)) else [results]
                    self.fp16 |= any(o.type.tensorType.dataType == MIL.FLOAT16 for o in op.outputs)
                    if own == torch.float16 and op.type != "cast":
                        results = [r.to(self.half) if r.dtype == torch.float32 else r for r in results]
                need(len(results) == len(op.outputs), f"{len(op.outputs)} outputs declared, {len(results)} computed")
                for o, r in zip(op.outputs, results):
                    values[o.name] = r
                    dtype, shape = self.type_of(o.type, may_vary=self.varies)
                    if isinstance(r, torch.Tensor):
                        want = self.half if dtype == "FLOAT16" else DTYPES[dtype][0]
                        need(r.dtype == want and fits(r.shape, shape), f"{o.name} is declared {dtype} {list(shape)}, "
                             f"computed {TORCH_NAME[r.dtype]} {list(r.shape)}")
            if len(self.errors) > before and not all(o.name in values for o in op.outputs):
                self.errors.append("the operations after it were not looked at")
                return probabilities
        idle = [o.name for op in block.operations for o in op.outputs if o.name not in used]
        if idle:
            self.warnings.append(f"{len(idle)} values are never used: {', '.join(idle[:3])}")
        return probabilities

    def classify(self, op, values):
        """probabilities fp32 with one element per class -> (label, dictionary); gives {output: (label, vector)}"""
        need(set(op.inputs) == {"probabilities", "classes"} and len(op.outputs) == 2, "classify takes probabilities and classes, gives two")
        p = values.get(op.inputs["probabilities"].arguments[0].name)
        need(p is not None and p.dtype == torch.float32, "probabilities are not a defined fp32 value")
        binding = op.inputs["classes"].arguments[0]
        need(binding.WhichOneof("binding") == "value" and binding.value.immediateValue.WhichOneof("value") == "list", "classes are not an inline list")
        labels = [getattr(v.immediateValue.tensor, v.immediateValue.tensor.WhichOneof("value")).values[0]
                  for v in binding.value.immediateValue.list.values]
        kind = binding.value.type.listType
        need(kind.length.constant.size == len(labels) == p.numel(), f"{len(labels)} labels for {p.numel()} probabilities")
        dtype, out = self.type_of(kind.type)[0], op.outputs
        need(dtype in ("STRING", "INT64"), f"labels of {dtype}")
        need(self.type_of(out[0].type) == (dtype, ()), "the label's type is not that of the classes")
        pair = out[1].type.dictionaryType
        need(self.type_of(pair.keyType) == (dtype, ()) and pair.valueType.tensorType.dataType == MIL.FLOAT64, "the dictionary is not label -> FLOAT64")
        self.labels = labels
        return {out[0].name: labels[int(p.argmax())], out[1].name: p.reshape(-1)}

    # -- description
    def inputs(self, description, function, given, spec):
        """Checks the input features against the function; returns {name: tensor} to run on."""
        declared = {i.name: self.type_of(i.type, may_vary=True) for i in function.inputs}
        need(declared, "no inputs")
        need({f.name for f in description.input} == set(declared), "the description's inputs are not the function's")
        for name in given:
            need(name in declared, f"--input {name}: the model has {', '.join(declared)}")
        values, seed = {}, torch.Generator().manual_seed(7)
        for f in description.input:
            need(NAME.match(f.name), f"{f.name!r} is no identifier")
            dtype, shape = declared[f.name]
            kind = f.type.WhichOneof("Type")
            need(kind in ("multiArrayType", "imageType"), f"input {f.name} is a {kind}")
            image = None
            if kind == "imageType":
                need(f.type.imageType.colorSpace in COLOURS, f"colour space {f.type.imageType.colorSpace}")
                image, channels = COLOURS[f.type.imageType.colorSpace]
                taken = image_shapes(f.type.imageType, channels)
                need(dtype == "FLOAT32" or (image == "GRAYSCALE_FLOAT16" or spec >= 7) and dtype == "FLOAT16", f"image {f.name} enters as {dtype}")
            else:
                self.array(f, dtype, spec)
                taken = array_shapes(f.type.multiArrayType)
            need(shape == taken.declared or not taken.declared and not shape, f"{f.name}: the description says {taken}, the program {list(shape)}")
            self.varies |= None in shape
            tdtype = self.half if dtype == "FLOAT16" else DTYPES[dtype][0]
            if f.name in given:
                x = self.pixels(given[f.name], image) if image else given[f.name]
                need(taken.admits(tuple(x.shape)), f"--input {f.name} has shape {list(x.shape)}, not {taken}")
                x = torch.from_numpy(np.ascontiguousarray(x).astype(DTYPES[dtype][1]))
            elif image:
                x = torch.randint(0, 256, taken.first, generator=seed)
            else:
                x = torch.randn(taken.first, generator=seed)
            values[f.name] = x.to(tdtype)
        return values

    @staticmethod
    def pixels(x, colours):
        """[H,W,3] or [H,W(,1)] -> [1,C,H,W] in the image's channel order"""
        if x.ndim == 4:
            return x
        x = x[:, :, None] if x.ndim == 2 else x
        x = x[:, :, ::-1] if colours == "BGR" else x
        return x.transpose(2, 0, 1)[None]

    def array(self, f, dtype, spec):
        a = f.type.multiArrayType
        need(ARRAY_DTYPE.get(a.dataType) == dtype, f"{f.name}: the description says {ARRAY_DTYPE.get(a.dataType, a.dataType)}, the program {dtype}")
        need(dtype != "FLOAT16" or spec >= 7, f"{f.name}: FLOAT16 features need specification version 7")

    def outputs(self, description, block, values, probabilities, spec):
        need(list(block.outputs), "no outputs")
        need([o.name for o in description.output] == list(block.outputs), "the description's outputs are not the block's, in order")
        types = {o.name: o.type for op in block.operations for o in op.outputs}
        for o in description.output:
            need(o.name in types, f"output {o.name} is not the result of an operation")
            kind = o.type.WhichOneof("Type")
            if o.name in probabilities:
                continue
            need(kind == "multiArrayType", f"output {o.name} is a {kind}")
            dtype, shape = self.type_of(types[o.name], may_vary=self.varies)
            self.array(o, dtype, spec)
            said = o.type.multiArrayType
            need(said.WhichOneof("ShapeFlexibility") is None, f"output {o.name}: sizes of outputs that vary have no bounds here")
            want = () if None in shape else shape or tuple(said.shape)
            need(tuple(said.shape) == want, f"output {o.name}: the description says {list(said.shape)}, the program {list(shape)}")
        if probabilities:
            label, table = list(probabilities)
            need(description.predictedFeatureName == label and description.predictedProbabilitiesName == table,
                 "predictedFeatureName and predictedProbabilitiesName are not the classifier's outputs")
            text = isinstance(self.labels[0], str)
            types = {o.name: o.type for o in description.output}
            need(types[label].WhichOneof("Type") == ("stringType" if text else "int64Type"), f"{label} has the wrong feature type")
            need(types[table].WhichOneof("Type") == "dictionaryType" and types[table].dictionaryType.WhichOneof("KeyType")
                 == ("stringKeyType" if text else "int64KeyType"), f"{table} has the wrong feature type")
        else:
            need(not description.predictedFeatureName and not description.predictedProbabilitiesName, "a classifier without classify")

    # -- all of it
    def judge(self, given):
        """Returns {output: numpy array} (None where the package is invalid)."""
        model = self.open()
        spec, description, program = model.specificationVersion, model.description, model.mlProgram
        need(model.WhichOneof("Type") == "mlProgram", f"the model is a {model.WhichOneof('Type')}")
        need(spec in OPSET, f"specificationVersion {spec}")
        need(not model.isUpdatable and not description.functions and not description.state, "updatable, multi-function or stateful")
        need(program.version == 1 and not program.docString and set(program.attributes) <= {"buildInfo"}, "program version, docString or attributes")
        need(list(program.functions) == ["main"], f"functions {list(program.functions)}")
        main = program.functions["main"]
        need(main.opset == OPSET[spec], f"opset {main.opset!r} with specificationVersion {spec}")
        need(list(main.block_specializations) == [main.opset] and not main.attributes, "not one block for that opset")
        block = main.block_specializations[main.opset]
        need(not block.inputs and not block.attributes, "block inputs or attributes")
        names = [f.name for f in [*description.input, *description.output]]
        need(len(set(names)) == len(names), "two features with one name")
        values = self.inputs(description, main, given, spec)
        with torch.no_grad():
            probabilities = self.walk(block, values, spec)
        if not self.errors:
            with self.part("description"):
                self.outputs(description, block, values, probabilities, spec)
        if self.blobs and set(self.blobs.records) - self.blobs.used and not self.errors:
            self.warnings.append(f"{len(set(self.blobs.records) - self.blobs.used)} records of weight.bin are not used")
        with self.part("coremltools refuses the program"):
            with contextlib.redirect_stderr(io.StringIO()):
                again = milproto.load(model, spec, os.path.join(self.data_dir, "weights"))
            need([o.name for o in again.functions["main"].outputs] == list(block.outputs), "other outputs")
        if self.errors:
            return None
        return {n: (probabilities[n] if n in probabilities else values[n].float().numpy()) for n in block.outputs}


def figures(got, expected, limit):
    a, b = np.asarray(expected, np.float64), np.asarray(got, np.float64)
    need(a.size == b.size and (a.shape == b.shape or 1 in (a.ndim, b.ndim)), f"expected {a.shape}, the package gives {b.shape}")
    a, b = a.reshape(b.shape), b
    diff = np.abs(a - b).max() if a.size else 0.0
    top = np.abs(a).max() if a.size else 0.0
    norm = np.linalg.norm(a) * np.linalg.norm(b)
    rows = a.ndim >= 1 and a.shape[-1] > 1
    out = {"maxAbs": float(diff), "error": float(diff / top) if top else float(diff), "cosine": float((a * b).sum() / norm) if norm else 1.0,
           "argMaxEqual": float((a.argmax(-1) == b.argmax(-1)).mean()) if rows else 1.0}
    out["ok"] = bool(np.isfinite(b).all() and np.isfinite(a).all() and out["error"] <= limit)
    return out


def main():
    p = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    p.add_argument("package")
    p.add_argument("--run", action="store_true")
    p.add_argument("--input", action="append", default=[], metavar="NAME=FILE.npy")
    p.add_argument("--expected", action="append", default=[], metavar="NAME=FILE.npy")
    p.add_argument("--rtol-scale", type=float, help="limit for `error`; 1e-4, or 2e-2 for a program that computes in fp16")
    p.add_argument("--precision", choices=["as-stated", "fp32"], default="as-stated")
    p.add_argument("--json", action="store_true")
    args = p.parse_args()
    torch.set_num_threads(min(2, torch.get_num_threads()))
    judge, outputs, compared, limit = Judge(args.package, args.precision), None, {}, None
    with judge.part("package"):
        files = [dict(w.split("=", 1) for w in words) for words in (args.input, args.expected)]
        given, expected = ({k: np.load(v) for k, v in f.items()} for f in files)
        outputs = judge.judge(given)
        limit = args.rtol_scale if args.rtol_scale is not None else 2e-2 if judge.fp16 else 1e-4
        if args.run and outputs is not None:
            for name, y in expected.items():
                need(name in outputs, f"--expected {name}: the model has {', '.join(outputs)}")
                need(not isinstance(outputs[name], str), f"--expected {name}: compare the probabilities instead")
                compared[name] = figures(outputs[name], y, limit)
    off = [n for n, f in compared.items() if not f["ok"]]
    verdict = "invalid" if judge.errors else "off" if off else "ok"
    report = {"package": os.path.basename(os.path.normpath(args.package)), "verdict": verdict, "errors": judge.errors, "warnings": judge.warnings,
              "operations": judge.counts, "computesInFp16": judge.fp16, "limit": limit, "figures": compared}
    if args.json:
        report["figures"] = {n: {k: v if math.isfinite(v) else None for k, v in f.items()} for n, f in compared.items()}
        print(json.dumps(report, indent=1))
    else:
        ops = sum(n for k, n in judge.counts.items() if k != "const" and not k.startswith("constexpr_"))
        print(f"{report['package']}: {verdict} ({ops} operations, {judge.counts.get('const', 0)} constants{', fp16' if judge.fp16 else ''})")
        for name, f in compared.items():
            print(f"  {name}: error {f['error']:.3g} (limit {limit:g}), max abs {f['maxAbs']:.3g}, cosine {f['cosine']:.8f}, arg-max equal {f['argMaxEqual']:g}")
        for text in judge.errors:
            print("  error:", text)
        for text in judge.warnings:
            print("  warning:", text)
    sys.stdout.flush()
    sys.exit({"ok": 0, "off": 1, "invalid": 2}[verdict])


if __name__ == "__main__":
    main()
