"""Holds what artefacts say of themselves against what was asked, each read by its format's own library.

    judge.py FOLDER

FOLDER holds the artefacts and expected.json: what was asked, and what TensorFlow.js read. Prints a line for each thing that differs, then
"N passed, N failed".
"""
import json, logging, os, sys, zipfile

logging.disable(logging.WARNING)
import coremltools
import onnx
from ai_edge_litert import schema_py_generated as litert
from flatbuffers import number_types
from flatbuffers.table import Table

folder = sys.argv[1]
with open(os.path.join(folder, "expected.json"), encoding="utf-8") as file:
    want = json.load(file)
counts = {True: 0, False: 0}


def same(what, found, expected):
    good = found == expected
    counts[good] += 1
    if not good:
        print(f"FAILED {what}: {found!r}, not {expected!r}")


def place(name):
    return os.path.join(folder, name)


def judge_onnx():
    model = onnx.load(place("digits.fused.onnx"))
    onnx.checker.check_model(model, full_check=True)
    props = {each.key: each.value for each in model.metadata_props}
    same("ONNX, keys once", len(props), len(model.metadata_props))
    same("ONNX, author", props["model_author"], want["author"])
    same("ONNX, license", props["model_license"], want["license"])
    same("ONNX, description", model.doc_string, want["description"])
    same("ONNX, version", model.model_version, int(want["modelVersion"]))
    same("ONNX, labels", json.loads(props["mobileone.labels"]), want["labels"])
    same("ONNX, image", json.loads(props["mobileone.image"]), want["image"])
    same("ONNX, preview", props["mobileone.preview"], "classifier")
    same("ONNX, ends", {each.name: each.doc_string for each in [*model.graph.input, *model.graph.output]}, want["describe"])
    props = {each.key: each.value for each in onnx.load(place("padded.fused.onnx")).metadata_props}
    same("ONNX, a detector's classes", json.loads(props["mobileone.labels"]), want["classes"])
    same("ONNX, a detector", props["mobileone.preview"], "detector")


def judge_tfjs():
    found = want["tfjs"]["metadata"]
    for key in ("author", "license", "description", "modelVersion", "labels", "image"):
        same(f"TensorFlow.js, {key}", found[f"mobileone.{key}"], want[key])
    same("TensorFlow.js, ends", found["mobileone.described"], want["describe"])
    same("TensorFlow.js, signature", [want["tfjs"]["inputs"], want["tfjs"]["outputs"]], [["image"], ["logits"]])
    same("TensorFlow.js, a detector's classes", want["padded"]["metadata"]["mobileone.labels"], want["classes"])
    same("TensorFlow.js, a detector's outputs", sorted(want["padded"]["outputs"]), ["boxes", "labels", "scores"])


def features(description):
    return {each.name: each.shortDescription for each in [*description.input, *description.output]}


def judge_coreml():
    model = coremltools.models.MLModel(place("digits.mlpackage"), skip_model_load=True)
    same("Core ML, author", model.author, want["author"])
    same("Core ML, license", model.license, want["license"])
    same("Core ML, description", model.short_description, want["description"])
    same("Core ML, version", model.version, want["modelVersion"])
    spec = model.get_spec()
    described = {"image": want["describe"]["image"], "classLabel": "", "classLabel_probs": want["describe"]["logits"]}
    same("Core ML, ends", features(spec.description), described)
    same("Core ML, labels once", spec.SerializeToString().count(want["labels"][3].encode()), 1)
    same("Core ML, labels", "mobileone.labels" in model.user_defined_metadata, False)
    same("Core ML, image", json.loads(model.user_defined_metadata["mobileone.image"]), want["image"])

    model = coremltools.models.MLModel(place("pipeline.mlpackage"), skip_model_load=True)
    spec = model.get_spec()
    same("Core ML, a pipeline's author", [model.author, model.license, model.version], [want["author"], want["license"], want["modelVersion"]])
    same("Core ML, a pipeline's classes", list(spec.pipeline.models[-1].nonMaximumSuppression.stringClassLabels.vector), want["classes"])
    same("Core ML, a pipeline's classes once", spec.SerializeToString().count(b"three"), 1)
    same("Core ML, a detector", model.user_defined_metadata["mobileone.preview"], "detector")
    model = coremltools.models.MLModel(place("padded.mlpackage"), skip_model_load=True)
    same("Core ML, the classes of padded boxes", json.loads(model.user_defined_metadata["mobileone.labels"]), want["classes"])
    model = coremltools.models.MLModel(place("silent.mlpackage"), skip_model_load=True)
    same("Core ML, nothing said", [model.author, model.license, model.version, model.short_description], ["", "", "", ""])


class Text:
    """A table of a flatbuffer by the numbers of its fields, for TFLite Metadata, whose classes no package has."""

    def __init__(self, data, at):
        self.table = Table(data, at)

    def text(self, field):
        offset = self.table.Offset(4 + 2 * field)
        return self.table.String(offset + self.table.Pos).decode() if offset else None

    def tables(self, field):
        offset = self.table.Offset(4 + 2 * field)
        start = self.table.Vector(offset) if offset else 0
        return [Text(self.table.Bytes, self.table.Indirect(start + 4 * i)) for i in range(self.table.VectorLen(offset) if offset else 0)]


def judge_litert():
    path = place("digits.tflite")
    with open(path, "rb") as file:
        data = file.read()
    model = litert.Model.GetRootAsModel(data, 0)
    entries = {}
    for i in range(model.MetadataLength()):
        entry = model.Metadata(i)
        entries[entry.Name().decode()] = bytes(model.Buffers(entry.Buffer()).DataAsNumpy())
    same("LiteRT, keys once", len(entries), model.MetadataLength())
    buffer = entries["TFLITE_METADATA"]
    same("LiteRT, kind of metadata", buffer[4:8], b"M001")
    said = Text(buffer, number_types.UOffsetTFlags.py_type(int.from_bytes(buffer[:4], "little")))
    found = [said.text(field) for field in (1, 2, 4, 5)]
    same("LiteRT, about", found, [want["description"], want["modelVersion"], want["author"], want["license"]])
    [graph] = said.tables(3)
    ends = {each.text(0): each.text(1) for each in [*graph.tables(2), *graph.tables(3)]}
    same("LiteRT, ends", ends, want["describe"])
    same("LiteRT, file of labels", [each.text(0) for each in graph.tables(3)[0].tables(6)], ["labels.txt"])
    same("LiteRT, labels", zipfile.ZipFile(path).read("labels.txt").decode().splitlines(), want["labels"])
    same("LiteRT, labels once", data.count(want["labels"][3].encode()), 1)
    same("LiteRT, image", json.loads(entries["mobileone.image"]), want["image"])
    same("LiteRT, preview", entries["mobileone.preview"], b"classifier")


for judge in (judge_onnx, judge_tfjs, judge_coreml, judge_litert):
    try:
        judge()
    except Exception as error:  # a library that does not take the file
        same(judge.__name__, f"{type(error).__name__}: {error}", None)
print(f"\n{counts[True]} passed, {counts[False]} failed")
sys.exit(0 if counts[True] and not counts[False] else 1)
