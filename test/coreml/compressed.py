"""Weights that a package holds in few bits, by the words of coremltools' constexpr_ operations: what each element is.

In the form of iOS 16 what is stored stands in attributes: steps of one scale for each place of an axis, or indices into one table.
In that of iOS 18 it stands in place of operands: steps or tables for blocks of equal length along each axis.
"""
import math

import numpy as np

# MIL dtype -> (bits, signed, type of a record in weight.bin, coremltools' reader of such records)
STORED = {
    "INT8": (8, True, 4, "read_int8_data"), "UINT8": (8, False, 3, "read_uint8_data"), "INT4": (4, True, 8, "read_int4_data"),
    "UINT4": (4, False, 11, "read_uint4_data"), "UINT6": (6, False, 13, "read_uint6_data"), "UINT3": (3, False, 12, "read_uint3_data"),
    "UINT2": (2, False, 10, "read_uint2_data"), "UINT1": (1, False, 9, "read_uint1_data"),
}
PACKED = {code for bits, _, code, _ in STORED.values() if bits < 8}


def unpack(data, count, bits):
    """Integers of `bits` bits each, from the lowest bit of the first byte on."""
    stream = np.unpackbits(np.frombuffer(data, np.uint8), bitorder="little")[:count * bits].reshape(count, bits)
    return stream.astype(np.int64) @ (1 << np.arange(bits, dtype=np.int64))


class Weights:
    """Reads what is stored; `need(ok, message)` refuses, `type_name` gives a value's MIL dtype and shape, `floats` its numbers."""

    def __init__(self, blobs, need, type_name, floats):
        self.blobs, self.need, self.type_name, self.floats = blobs, need, type_name, floats

    def integers(self, v):
        dtype, shape = self.type_name(v.type)
        self.need(dtype in STORED, f"a compressed weight in {dtype}")
        bits, signed, code, reader = STORED[dtype]
        count = math.prod(shape)
        if v.WhichOneof("value") == "blobFileValue":
            data = self.blobs.packed(v.blobFileValue.offset, code, count, bits, reader)
        else:
            data = v.immediateValue.tensor.bytes.values
            self.need(len(data) == -(-count * bits // 8), f"{len(data)} bytes for {count} of {bits} bits")
        values = unpack(data, count, bits)
        if signed:
            values = np.where(values >= 1 << bits - 1, values - (1 << bits), values)
        return values.reshape(shape), bits

    def of(self, op, spec):
        """The weight [*shape] in float64, and the dtype of what it is computed from."""
        bound = {name: argument.arguments[0].value for name, argument in op.inputs.items()}
        for name, argument in op.inputs.items():
            self.need(len(argument.arguments) == 1 and argument.arguments[0].WhichOneof("binding") == "value", f"{name} is not in its place")
        held = {name: value for name, value in op.attributes.items() if name != "name"}
        form = {
            "constexpr_affine_dequantize": (self.plain_steps, held, 7, 8),
            "constexpr_blockwise_shift_scale": (self.block_steps, bound, 9, 99),
            "constexpr_lut_to_dense": (self.one_table, held, 7, 8) if spec < 9 else (self.tables, bound, 9, 99),
        }
        self.need(op.type in form, f"{op.type} is not judged here")
        function, given, first, last = form[op.type]
        self.need(first <= spec <= last, f"{op.type} in specification version {spec}")
        self.need(len(given) == len(bound) + len(held), "attributes and operands are mixed")
        return function(given)

    def only(self, given, required, optional=()):
        self.need(set(required) <= set(given) <= {*required, *optional}, f"arguments {sorted(given)}")

    def plain_steps(self, given):
        self.only(given, ("quantized_data", "zero_point", "scale", "axis"))
        data, bits = self.integers(given["quantized_data"])
        zero, _ = self.integers(given["zero_point"])
        scale, dtype = self.floats(given["scale"])
        axis = given["axis"].immediateValue.tensor.ints.values[0]
        self.need(bits == 8 and 0 <= axis < data.ndim, f"axis {axis} of {data.shape}, {bits} bits")
        self.need(all(part.size in (1, data.shape[axis]) for part in (zero, scale)), "scales do not fit the axis")
        along = [-1 if at == axis else 1 for at in range(data.ndim)]
        return (data - zero.reshape(along)) * scale.reshape(along), dtype

    def block_steps(self, given):
        self.only(given, ("data", "scale"), ("offset",))
        data, _ = self.integers(given["data"])
        scale, dtype = self.floats(given["scale"])
        offset = self.integers(given["offset"])[0] if "offset" in given else np.zeros(scale.shape, np.int64)
        self.need(offset.shape == scale.shape, "offsets do not fit scales")
        return (data - self.spread(offset, data.shape)) * self.spread(scale, data.shape), dtype

    def one_table(self, given):
        self.only(given, ("indices", "lut", "shape"))
        table, dtype = self.floats(given["lut"])
        shape = np.frombuffer(given["shape"].immediateValue.tensor.bytes.values, "<u4")
        bits = int(math.log2(table.size))
        self.need(table.ndim == 1 and 2 ** bits == table.size and bits in (1, 2, 4, 6, 8), f"a table of {table.size}")
        packed, _ = self.integers(given["indices"])
        count = math.prod(int(size) for size in shape)
        self.need(packed.size == -(-count * bits // 8), f"{packed.size} bytes for {count} indices of {bits} bits")
        return table[unpack(packed.astype(np.uint8).tobytes(), count, bits)].reshape(shape), dtype

    def tables(self, given):
        self.only(given, ("indices", "lut"))
        indices, bits = self.integers(given["indices"])
        table, dtype = self.floats(given["lut"])
        self.need(table.ndim == indices.ndim + 2 and table.shape[-2:] == (2 ** bits, 1), f"a table of {table.shape} for {bits} bits")
        block = self.spread(np.arange(math.prod(table.shape[:-2])).reshape(table.shape[:-2]), indices.shape)
        return table.reshape(-1, 2 ** bits)[block, indices], dtype

    def spread(self, blocks, shape):
        """[*counts] over [*shape]: along each axis a block stands for size / count places."""
        self.need(blocks.ndim == len(shape) and all(size % count == 0 for size, count in zip(shape, blocks.shape)), f"blocks {blocks.shape} of {shape}")
        for axis, size in enumerate(shape):
            blocks = blocks.repeat(size // blocks.shape[axis], axis)
        return blocks
