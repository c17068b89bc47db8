"""Packages with one thing wrong each: what a judge that judges must reject, and how.

A damage is a name, the job whose package is damaged, the verdict foreseen (invalid: no reader may take it; off: it runs and
answers something else; wrong: it is not what was asked for), and a function that does it to an open package.
"""
import json, os, shutil, struct

from coremltools import proto

MIL = proto.MIL_pb2
MODEL = "Data/com.apple.CoreML/model.mlmodel"
WEIGHTS = "Data/com.apple.CoreML/weights/weight.bin"
PLAIN, HALF, IMAGE, CLASSES = "digits_te18.fp32", "digits_te18.fp16", "image rgb, fp32", "labels, fp32"
SAMPLED = "grid_sample_ts16.fp32"
TABLE, TABLES, STEPS, BLOCKS = (f"digits in few bits for {version}, {precision}" for version, precision in (
    ("iOS16", "pal4"), ("iOS18", "pal4"), ("iOS16", "int8"), ("iOS18", "int8")))
VARIES, LISTED = "flexible one_name_two_sizes 1..2,1,8..20,8..30, fp32", "flexible mobileone_s0_ts13 rgb 1,3,64/96/128,64/160/96, fp32"


class Package:
    """A copy of a package, open for damage."""

    def __init__(self, source, folder):
        self.folder = folder
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(source, folder)
        self.model = proto.Model_pb2.Model()
        self.model.ParseFromString(self.read(MODEL))
        self.blob = bytearray(self.read(WEIGHTS)) if os.path.exists(self.path(WEIGHTS)) else bytearray()
        self.manifest = json.loads(self.read("Manifest.json"))
        self.extra = b""

    def path(self, name):
        return os.path.join(self.folder, name)

    def read(self, name):
        with open(self.path(name), "rb") as file:
            return file.read()

    def save(self):
        for name, data in ((MODEL, self.model.SerializeToString() + self.extra), (WEIGHTS, bytes(self.blob)),
                           ("Manifest.json", json.dumps(self.manifest).encode())):
            if os.path.exists(self.path(name)):
                with open(self.path(name), "wb") as file:
                    file.write(data)

    @property
    def main(self):
        return self.model.mlProgram.functions["main"]

    @property
    def block(self):
        return self.main.block_specializations[self.main.opset]

    def op(self, kind, n=0):
        return [op for op in self.block.operations if op.type == kind][n]

    def const(self, op, argument):
        """The Value behind an argument."""
        name = op.inputs[argument].arguments[0].name
        return next(o for o in self.block.operations if o.outputs[0].name == name).attributes["val"]

    def blobs(self):
        """The constants in weight.bin, in the order of the program."""
        return [op.attributes["val"] for op in self.block.operations
                if op.type == "const" and op.attributes["val"].WhichOneof("value") == "blobFileValue"]

    def ints(self, op, argument, values):
        self.const(op, argument).immediateValue.tensor.ints.values[:] = values


def renamed_argument(p):
    op = p.op("conv")
    op.inputs["stride"].CopyFrom(op.inputs["strides"])
    del op.inputs["strides"]


def missing_argument(p):
    del p.op("conv").inputs["weight"]


def other_operation(name):
    def damage(p):
        p.op("relu").type = name
    return damage


def declared_shape(p):
    p.op("conv").outputs[0].type.tensorType.dimensions[1].constant.size += 1


def declared_dtype(p):
    p.op("relu").outputs[0].type.tensorType.dataType = MIL.FLOAT16


def declared_rank(p):
    p.op("relu").outputs[0].type.tensorType.rank = 3


def order(p):
    at = [i for i, op in enumerate(p.block.operations) if op.type == "conv"][0]
    conv, relu = MIL.Operation(), MIL.Operation()
    conv.CopyFrom(p.block.operations[at])
    relu.CopyFrom(p.block.operations[at + 1])
    p.block.operations[at].CopyFrom(relu)
    p.block.operations[at + 1].CopyFrom(conv)


def name_twice(p):
    p.op("relu", 1).outputs[0].name = p.op("relu", 0).outputs[0].name


def illegal_name(p):
    old, new = p.op("relu").outputs[0].name, "a/b"
    p.op("relu").outputs[0].name = new
    for op in p.block.operations:
        for argument in op.inputs.values():
            for binding in argument.arguments:
                if binding.name == old:
                    binding.name = new


def opset(p):
    p.main.opset = "CoreML6"


def version(p):
    p.model.specificationVersion = 7


def function_name(p):
    p.model.mlProgram.functions["other"].CopyFrom(p.main)
    del p.model.mlProgram.functions["main"]


def output_name(p):
    p.block.outputs[0] = "nobody"


def unknown_field(p):
    p.extra = bytes([0xf2, 0x3f, 1, 0])  # field 1022, one byte


def offset(change):
    def damage(p):
        p.blobs()[0].blobFileValue.offset += change
    return damage


def record(at, form, value):
    """Overwrites a field of the first record's metadata, or of the header before it."""
    def damage(p):
        struct.pack_into(form, p.blob, at, value)
    return damage


def blob_name(p):
    p.blobs()[0].blobFileValue.fileName = "@model_path/../weight.bin"


def cut_blob(p):
    del p.blob[-4:]


def no_blob(p):
    os.remove(p.path(WEIGHTS))


def swapped_weights(p):
    sized = {}
    for value in p.blobs():
        sized.setdefault(value.type.SerializeToString(), []).append(value.blobFileValue)
    first, second = next(v for v in sized.values() if len(v) > 1 and v[0].offset != v[1].offset)[:2]
    first.offset, second.offset = second.offset, first.offset


def changed_weight(p):
    at = p.blobs()[0].blobFileValue.offset + 64
    struct.pack_into("<f", p.blob, at, struct.unpack_from("<f", p.blob, at)[0] + 1)


def moved_pad(p):
    op = next(op for op in p.block.operations if op.type == "conv" and list(p.const(op, "pad").immediateValue.tensor.ints.values) == [1, 1, 1, 1])
    p.ints(op, "pad", [0, 2, 1, 1])


def pad_type(p):
    op = next(op for op in p.block.operations if op.type == "conv" and any(p.const(op, "pad").immediateValue.tensor.ints.values))
    p.const(op, "pad_type").immediateValue.tensor.strings.values[0] = "valid"


def groups(p):
    p.ints(p.op("conv"), "groups", [3])


def strides(p):
    p.ints(p.op("conv"), "strides", [1, 3])


def keep_dims(p):
    value = p.const(p.op("reduce_mean"), "keep_dims").immediateValue.tensor.bools.values
    value[0] = not value[0]


def axes(p):
    p.ints(p.op("reduce_mean"), "axes", [1, 2])


def no_bias(p):
    del p.op("linear").inputs["bias"]


def skipped_operation(p):
    relu = p.op("relu", 2)
    old, new = relu.outputs[0].name, relu.inputs["x"].arguments[0].name
    for op in p.block.operations:
        for argument in op.inputs.values():
            for binding in argument.arguments:
                if binding.name == old:
                    binding.name = new


def long_integers(p):
    tensor = p.const(p.op("conv"), "strides").immediateValue.tensor
    values = list(tensor.ints.values)
    tensor.longInts.values.extend(values)


def scalar_as_vector(p):
    op = p.op("conv")
    name = op.inputs["groups"].arguments[0].name
    const = next(o for o in p.block.operations if o.outputs[0].name == name)
    for kind in (const.attributes["val"].type.tensorType, const.outputs[0].type.tensorType):
        kind.rank = 1
        kind.dimensions.add().constant.size = 1


def element_count(p):
    p.const(p.op("conv"), "strides").immediateValue.tensor.ints.values.append(1)


def text_argument(p):
    p.const(p.op("conv"), "pad_type").immediateValue.tensor.strings.values[0] = "SAME"


def blob_inline(p):
    op = p.op("conv")
    value = p.const(op, "weight")
    op.inputs["weight"].arguments[0].value.CopyFrom(value)


def cast_type(p):
    p.const(p.op("cast"), "dtype").immediateValue.tensor.strings.values[0] = "fp32"


def half_constant(p):
    """An fp16 constant becomes fp32 by its type alone: the record behind it is still fp16."""
    const = next(op for op in p.block.operations if op.type == "const" and op.attributes["val"].WhichOneof("value") == "blobFileValue")
    const.attributes["val"].type.tensorType.dataType = MIL.FLOAT32
    const.outputs[0].type.tensorType.dataType = MIL.FLOAT32


def feature(change):
    def damage(p):
        change(p.model.description)
    return damage


def described_input(d):
    d.input[0].name = "nobody"


def described_shape(d):
    d.output[0].type.multiArrayType.shape[1] += 1


def described_dtype(d):
    d.output[0].type.multiArrayType.dataType = 65600


def image_size(d):
    d.input[0].type.imageType.width += 1


def image_colours(d):
    d.input[0].type.imageType.colorSpace = 30


def predicted(d):
    d.predictedFeatureName = "classLabel_probs"


def normalised_pixels(p):
    """The first arithmetic on the pixels: their scale is in the weights of the first convolution, where it can be."""
    op = next(op for op in p.block.operations if op.type in ("add", "sub", "mul", "real_div"))
    values = p.const(op, "y").immediateValue.tensor.floats.values
    for i, value in enumerate(values):
        values[i] = value * 1.5


def classes(change):
    def damage(p):
        change(p.op("classify").inputs["classes"].arguments[0].value.immediateValue.list.values)
    return damage


def fewer(values):
    del values[-1]


def exchanged(values):
    first, second = (v.immediateValue.tensor.strings.values for v in (values[0], values[1]))
    first[0], second[0] = second[0], first[0]


def softmax_axis(p):
    p.ints(p.op("softmax"), "axis", [0])


def sampled(argument, value):
    """An argument of all samplings."""
    def damage(p):
        for op in p.block.operations:
            if op.type == "resample":
                tensor = p.const(op, argument).immediateValue.tensor
                getattr(tensor, tensor.WhichOneof("value")).values[0] = value
    return damage


def one_grid(p):
    """Corners aligned where they were not, for one sampling."""
    values = p.const(p.op("resample"), "align_corners").immediateValue.tensor.bools.values
    values[0] = not values[0]


def no_padding_value(p):
    del p.op("resample").inputs["padding_value"]


def bound(axis, **ends):
    """Another bound of an axis of the input."""
    def damage(p):
        size = p.model.description.input[0].type.multiArrayType.shapeRange.sizeRanges[axis]
        for name, value in ends.items():
            setattr(size, name, value)
    return damage


def fixed_size(p):
    """A size that varies, declared as what it is at first."""
    op = next(op for op in p.block.operations for d in op.outputs[0].type.tensorType.dimensions if d.WhichOneof("dimension") == "unknown")
    for axis, d in enumerate(op.outputs[0].type.tensorType.dimensions):
        if d.WhichOneof("dimension") == "unknown":
            d.constant.size = 1 if axis == 0 else 8


def fixed_input(p):
    """The function takes one size where the description tells several."""
    p.main.inputs[0].type.tensorType.dimensions[2].constant.size = 8


def other_axis(p):
    """A computed size is that of the axis before."""
    op = next(op for op in p.block.operations if op.type == "slice_by_index" and p.const(op, "begin").immediateValue.tensor.ints.values[0] > 2)
    for argument in ("begin", "end"):
        p.const(op, argument).immediateValue.tensor.ints.values[0] -= 1


def listed_size(p):
    del p.model.description.input[0].type.imageType.enumeratedSizes.sizes[-1]


def listed_turned(p):
    size = p.model.description.input[0].type.imageType.enumeratedSizes.sizes[-1]
    size.width, size.height = size.height, size.width


def no_entry(p):
    del p.manifest["itemInfoEntries"][p.manifest["rootModelIdentifier"]]


def root(p):
    p.manifest["rootModelIdentifier"] = "nobody"


def leaving(p):
    p.manifest["itemInfoEntries"][p.manifest["rootModelIdentifier"]]["path"] = "../model.mlmodel"


def manifest_version(p):
    p.manifest["fileFormatVersion"] = "2.0.0"


def stray(p):
    with open(p.path("Data/com.apple.CoreML/stray.bin"), "wb") as file:
        file.write(b"1")


def stored(name, change):
    """The first weight that is stored in few bits: its record of `name`, as bytes."""
    def damage(p):
        op = next(op for op in p.block.operations if op.type.startswith("constexpr_"))
        value = op.attributes[name] if name in op.attributes else op.inputs[name].arguments[0].value
        if value.WhichOneof("value") == "blobFileValue":
            at = value.blobFileValue.offset + 64
            length = struct.unpack_from("<Q", p.blob, value.blobFileValue.offset + 8)[0]
            p.blob[at:at + length] = change(bytearray(p.blob[at:at + length]))
        else:
            value.immediateValue.tensor.bytes.values = bytes(change(bytearray(value.immediateValue.tensor.bytes.values)))
    return damage


def next_index(data):
    data[0] = data[0] ^ 1
    return data


def next_step(data):
    data[3] = (data[3] + 1) % 256
    return data




def twice(data):
    data[1] += 4  # one more in the exponent of a binary16
    return data


DAMAGES = [
    ("an argument has another name", PLAIN, "invalid", renamed_argument),
    ("an argument is missing", PLAIN, "invalid", missing_argument),
    ("an operation that there is not", PLAIN, "invalid", other_operation("relu_7")),
    ("another operation of the same form", PLAIN, "off", other_operation("tanh")),
    ("a declared shape", PLAIN, "invalid", declared_shape),
    ("a declared type", PLAIN, "invalid", declared_dtype),
    ("a declared rank", PLAIN, "invalid", declared_rank),
    ("two operations in the wrong order", PLAIN, "invalid", order),
    ("a name made twice", PLAIN, "invalid", name_twice),
    ("a name with a slash", PLAIN, "invalid", illegal_name),
    ("the operator set", PLAIN, "invalid", opset),
    ("the specification version", PLAIN, "invalid", version),
    ("the function's name", PLAIN, "invalid", function_name),
    ("an output that nobody makes", PLAIN, "invalid", output_name),
    ("a field that the schema has not", PLAIN, "invalid", unknown_field),
    ("a blob offset that points at data", PLAIN, "invalid", offset(64)),
    ("a blob offset that is not aligned", PLAIN, "invalid", offset(4)),
    ("a blob offset beyond the file", PLAIN, "invalid", offset(1 << 40)),
    ("a sentinel", PLAIN, "invalid", record(64, "<I", 0xDEADBEEE)),
    ("the type of a record", PLAIN, "invalid", record(68, "<I", 1)),
    ("the size of a record", PLAIN, "invalid", record(72, "<Q", 4)),
    ("the data offset of a record", PLAIN, "invalid", record(80, "<Q", 64)),
    ("the count of records", PLAIN, "invalid", record(0, "<I", 1)),
    ("the version of weight.bin", PLAIN, "invalid", record(4, "<I", 1)),
    ("a blob file outside of the package", PLAIN, "invalid", blob_name),
    ("weight.bin is cut", PLAIN, "invalid", cut_blob),
    ("weight.bin is missing", PLAIN, "invalid", no_blob),
    ("two weights exchanged", PLAIN, "off", swapped_weights),
    ("one weight changed", PLAIN, "off", changed_weight),
    ("padding moved to the other side", PLAIN, "off", moved_pad),
    ("padding with the wrong pad_type", PLAIN, "invalid", pad_type),
    ("a pad_type in capitals", PLAIN, "invalid", text_argument),
    ("the number of groups", PLAIN, "invalid", groups),
    ("the strides", PLAIN, "invalid", strides),
    ("keep_dims", PLAIN, "invalid", keep_dims),
    ("the axes of a reduction", PLAIN, "invalid", axes),
    ("a bias left out", PLAIN, "off", no_bias),
    ("an activation left out", PLAIN, "off", skipped_operation),
    ("integers in the field of long ones", PLAIN, "invalid", long_integers),
    ("a vector for a scalar", PLAIN, "invalid", scalar_as_vector),
    ("one element too many", PLAIN, "invalid", element_count),
    ("an inline argument in weight.bin", PLAIN, "invalid", blob_inline),
    ("the type that a cast is asked for", HALF, "invalid", cast_type),
    ("an fp16 weight as fp32", HALF, "invalid", half_constant),
    ("the described name of the input", PLAIN, "invalid", feature(described_input)),
    ("the described shape of the output", PLAIN, "invalid", feature(described_shape)),
    ("the described type of the output", PLAIN, "invalid", feature(described_dtype)),
    ("the size of the image", IMAGE, "invalid", feature(image_size)),
    ("the colours of the image", IMAGE, "wrong", feature(image_colours)),
    ("what the pixels are normalised by", IMAGE, "off", normalised_pixels),
    ("one class too few", CLASSES, "invalid", classes(fewer)),
    ("two classes exchanged", CLASSES, "wrong", classes(exchanged)),
    ("the name of the predicted feature", CLASSES, "invalid", feature(predicted)),
    ("the axis of the softmax", CLASSES, "off", softmax_axis),
    ("the corners of a sampling", SAMPLED, "off", one_grid),
    ("what samplings read outside", SAMPLED, "off", sampled("padding_value", 1)),
    ("where samplings mirror", SAMPLED, "off", sampled("padding_mode", "symmetric")),
    ("how far coordinates go", SAMPLED, "off", sampled("coordinates_mode", "normalized_zero_to_one")),
    ("a sampling mode that there is not", SAMPLED, "invalid", sampled("sampling_mode", "bicubic")),
    ("a sampling that reads nothing outside", SAMPLED, "invalid", no_padding_value),
    ("an index into a table", TABLE, "off", stored("indices", next_index)),
    ("an index into one of several tables", TABLES, "off", stored("indices", next_index)),
    ("a step", STEPS, "off", stored("quantized_data", next_step)),
    ("a step of a block", BLOCKS, "off", stored("data", next_step)),
    ("a scale", STEPS, "off", stored("scale", twice)),
    ("the scale of a block", BLOCKS, "off", stored("scale", twice)),
    ("a size that varies is declared fixed", VARIES, "invalid", fixed_size),
    ("an input that varies is declared fixed", VARIES, "invalid", fixed_input),
    ("an upper bound that is too low", VARIES, "invalid", bound(2, upperBound=19)),
    ("a lower bound that is too low", VARIES, "wrong", bound(2, lowerBound=7)),
    ("no upper bound", VARIES, "invalid", bound(3, upperBound=-1)),
    ("a computed size of another axis", VARIES, "invalid", other_axis),
    ("a listed size left out", LISTED, "invalid", listed_size),
    ("a listed size whose sides changed places", LISTED, "invalid", listed_turned),
    ("no entry for the model", PLAIN, "invalid", no_entry),
    ("a root that is no entry", PLAIN, "invalid", root),
    ("an entry outside of the package", PLAIN, "invalid", leaving),
    ("the version of the manifest", PLAIN, "invalid", manifest_version),
    ("a file in no entry", PLAIN, "invalid", stray),
]


def damages(jobs, folder):
    """For each damage whose job was run: its name, that job, the verdict foreseen, and the damaged package."""
    by_name = {job["name"]: job for job in jobs}
    for name, base, verdict, damage in DAMAGES:
        if base not in by_name:
            continue
        package = Package(by_name[base]["package"], os.path.join(folder, "damaged.mlpackage"))
        damage(package)
        package.save()
        yield name, by_name[base], verdict, package.folder
