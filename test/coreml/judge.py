"""Judges all packages of a list in one process, then damages some and expects each to be rejected.

    judge.py JOBS.json

A job: name, package, input (path of a .npy, or shape and data), rows (how many of its rows at most are run one at a time, or none),
answers (output -> path of a .npy, or shape and data), tolerance; of a package whose sizes vary `at`, pairs of input and answers at one size
each, and `outside`, inputs of sizes that it has to refuse; and what else must hold: convolutions (at most), operations
(exactly, without const), counted (the output that says how many rows of the others count; the rest is 0), detector (of a pipeline: size, width and
height of the image in the answers' units; form of the boxes; number of the first class; outputs, what each holds or its columns),
labels, colours, pixels (mean and std that are undone), softmax (of the answers). In place of a
tolerance, compressed: the packages exact and plain, and price, the relative L2 to the answers that is allowed, or none where it is only printed.
Prints a line for each that fails, then "N passed, N failed". Exit code 0 only if all pass and there was something to judge.
"""
import json, math, os, shutil, sys, tempfile

import numpy as np
import torch
import torchvision

from coreml_check import COLOURS, Bad, Judge, coremltools, milproto, need
from coremltools.converters.mil.backend.mil import load as backend
from damage import damages
from stored_weights import faults


def array(given):
    if isinstance(given, str):
        return np.load(given)
    return np.array([float(v) for v in given["data"]], np.float64).reshape(given["shape"])


def spread(values, shape):
    """One number for all channels, or one for each, along axis 1."""
    return np.array(values, np.float64).reshape(1, -1, *[1] * (len(shape) - 2))


def error(expected, got):
    """max |a-b| / max |a|; infinite where shapes, NaN or infinities differ."""
    a, b = np.asarray(expected, np.float64), np.asarray(got, np.float64)
    if a.size != b.size:
        return math.inf
    b = b.reshape(a.shape)
    same = (a == b) | (np.isnan(a) & np.isnan(b))
    with np.errstate(invalid="ignore"):
        difference = np.where(same, 0, np.abs(a - b))
    finite = np.isfinite(a)
    top = np.abs(a[finite]).max() if finite.any() else 0
    return float(np.nan_to_num(difference, nan=np.inf).max() / (top or 1)) if a.size else 0.0


def softmax(x):
    e = np.exp(x - x.max(-1, keepdims=True))
    return e / e.sum(-1, keepdims=True)


def run(job, package):
    """-> (verdict, what is wrong, the judge): ok, off (runs, and answers something else) or invalid."""
    if job.get("detector"):
        return run_detector(job, package)
    if job.get("compressed"):
        return run_compressed(job, package)
    if job.get("at"):
        return run_at_all(job, package)
    x = array(job["input"])
    answers = {name: array(given) for name, given in job["answers"].items()}
    rows = job.get("rows")
    worst, judge = 0.0, None
    for row in range(min(rows, len(x)) if rows else 1):
        judge = Judge(package, "as-stated")
        given = x[row:row + 1] if rows else x
        outputs = None
        with judge.part("package"):
            if job.get("pixels"):
                given = (given * spread(job["pixels"]["std"], given.shape) + spread(job["pixels"]["mean"], given.shape)) * 255
            outputs = judge.judge(feeds(package, given))
        if outputs is None or judge.errors:
            return "invalid", "; ".join(judge.errors[:2]), judge
        for name, answer in answers.items():
            expected = answer[row:row + 1] if rows else answer
            expected = softmax(expected) if job.get("softmax") else expected
            if name not in outputs:
                return "invalid", f"there is no output {name}", judge
            if not job.get("counted"):
                worst = max(worst, error(expected, outputs[name]))
                continue
            count = int(np.asarray(outputs[job["counted"]]).item())
            got = np.asarray(outputs[name])
            if np.any(got[count:]):
                return "off", f"{name} is not 0 behind its {count} rows", judge
            worst = max(worst, error(expected, got[:count]))
    if not worst <= job["tolerance"]:
        return "off", f"error {worst:.3g}, limit {job['tolerance']:g}", judge
    return "ok", "", judge


def run_compressed(job, package):
    """Weights in few bits: each the nearest, the rest of the program as it is without; then what that costs."""
    wanted = job["compressed"]
    with tempfile.TemporaryDirectory() as folder:
        filled = os.path.join(folder, "filled.mlpackage")
        try:
            found = faults(package, wanted["exact"], wanted["plain"], filled)
        except Exception as e:
            return "invalid", f"{type(e).__name__}: {e}", None
        x, pairs = array(job["input"]), []
        for row in range(min(job["rows"], len(x)) if job["rows"] else 1):
            given = x[row:row + 1] if job["rows"] else x
            judge, answers = None, []
            for each in (package, filled):
                judge = Judge(each, "as-stated")
                with judge.part("package"):
                    answers.append(judge.judge(feeds(each, given)))
                if judge.errors:
                    return "invalid", "; ".join(judge.errors[:2]), judge
            for name, answer in job["answers"].items():
                expected = array(answer)
                pairs.append((expected[row:row + 1] if job["rows"] else expected, answers[0][name]))
                if not np.array_equal(answers[0][name], answers[1][name]):
                    found.append(f"{name} is another than with the weights that coremltools expands")
    if found:
        return "off", "; ".join(found[:2]), judge
    a, b = (np.concatenate([np.asarray(pair[side], np.float64).flatten() for pair in pairs]) for side in (0, 1))
    price = float(np.linalg.norm(a - b) / np.linalg.norm(a))
    if wanted["price"] is None:
        print(f"{job['name']}: relative L2 {price:.3g}, not judged")
    elif not price <= wanted["price"]:
        return "off", f"relative L2 {price:.3g}, limit {wanted['price']:g}", judge
    return "ok", "", judge


def run_at_all(job, package):
    """At each of its sizes; what is outside of those has to be refused."""
    for one in job["at"]:
        verdict, why, judge = run({**job, **one, "at": None}, package)
        if verdict != "ok":
            return verdict, f"at {one['input']['shape']}: {why}", judge
    need(judge.varies, "no size of it varies")
    reloaded(package)
    for other in job["outside"]:
        refusing = Judge(package, "as-stated")
        with refusing.part("package"):
            refusing.judge(feeds(package, array(other)))
        need(any("has shape" in error for error in refusing.errors), f"{other['shape']} is not refused")
    return "ok", "", judge


def reloaded(package):
    """coremltools loads the package, and takes the program once more as it writes that itself, of the types that it infers."""
    spec = coremltools.models.MLModel(package, skip_model_load=True).get_spec()
    program = milproto.load(spec, spec.specificationVersion, os.path.join(package, "Data", "com.apple.CoreML", "weights"))
    with tempfile.TemporaryDirectory() as folder:
        again = type(spec)(specificationVersion=spec.specificationVersion, description=spec.description)
        again.mlProgram.CopyFrom(backend.MILProtoExporter(program, folder, spec.specificationVersion).export())
        milproto.load(again, spec.specificationVersion, folder)


def suppressed(given, upper, x):
    """What a pipeline's NonMaximumSuppression makes of its program's outputs, by the words of its .proto."""
    boxes, scores = x
    corners = torch.cat([boxes[:, :2] - boxes[:, 2:] / 2, boxes[:, :2] + boxes[:, 2:] / 2], 1)
    best, label = scores.max(1)
    alive = torch.nonzero(best >= given.confidenceThreshold).flatten()
    if given.pickTop.perClass:
        kept = torchvision.ops.batched_nms(corners[alive], best[alive], label[alive], given.iouThreshold)
    else:
        kept = torchvision.ops.nms(corners[alive], best[alive], given.iouThreshold)
    kept = alive[kept][:upper]
    return corners[kept], best[kept], label[kept]


def run_detector(job, package):
    """A pipeline: coremltools loads it, its program is judged as a package of its own, and the suppression runs behind."""
    spec = coremltools.models.MLModel(package, skip_model_load=True).get_spec()
    program, last = spec.pipeline.models
    with tempfile.TemporaryDirectory() as folder:
        alone = os.path.join(folder, "program.mlpackage")
        shutil.copytree(package, alone)
        data = os.path.join(alone, "Data", "com.apple.CoreML")
        moved = type(spec).FromString(program.SerializeToString())
        for op in moved.mlProgram.functions["main"].block_specializations[moved.mlProgram.functions["main"].opset].operations:
            if "val" in op.attributes and op.attributes["val"].WhichOneof("value") == "blobFileValue":
                op.attributes["val"].blobFileValue.fileName = "@model_path/weights/weight.bin"
        with open(os.path.join(data, "model.mlmodel"), "wb") as file:
            file.write(moved.SerializeToString())
        os.rename(os.path.join(data, "weights", "0-weight.bin"), os.path.join(data, "weights", "weight.bin"))
        judge, outputs = Judge(alone, "as-stated"), None
        with judge.part("package"):
            outputs = judge.judge(feeds(alone, array(job["input"])))
        if outputs is None or judge.errors:
            return "invalid", "; ".join(judge.errors[:2]), judge
    nms = last.nonMaximumSuppression
    raw = [torch.as_tensor(outputs[name]) for name in (nms.coordinatesInputFeatureName, nms.confidenceInputFeatureName)]
    upper = spec.description.output[0].type.multiArrayType.shapeRange.sizeRanges[0].upperBound
    detector = job["detector"]
    boxes, scores, labels = suppressed(nms, upper, raw)
    if detector["form"] == "centre":
        boxes = torch.cat([(boxes[:, :2] + boxes[:, 2:]) / 2, boxes[:, 2:] - boxes[:, :2]], 1)
    parts = {"boxes": boxes * torch.tensor(detector["size"] * 2), "scores": scores, "labels": labels + detector["firstLabel"]}
    got = {name: parts[what] if isinstance(what, str) else torch.cat([parts[part].reshape(len(boxes), -1) for part in what], 1)
           for name, what in detector["outputs"].items()}
    worst = max(error(array(answer), got[name].numpy()) for name, answer in job["answers"].items())
    return ("ok", "", judge) if worst <= job["tolerance"] else ("off", f"error {worst:.3g}", judge)


def feeds(package, x):
    """The array under the name and in the type of the package's only input."""
    model = Judge(package, "as-stated").open()
    inputs = model.description.input
    need(len(inputs) == 1, f"{len(inputs)} inputs, one was foreseen")
    kind = inputs[0].type
    integer = kind.WhichOneof("Type") == "multiArrayType" and kind.multiArrayType.dataType == 131104
    return {inputs[0].name: x.astype(np.int32 if integer else np.float32)}


def expectations(job, judge, package):
    """What must hold beside the numbers; raises Bad."""
    conv = judge.counts.get("conv", 0) + judge.counts.get("conv_transpose", 0)
    if job.get("convolutions") is not None:
        need(conv <= job["convolutions"], f"{conv} convolutions, PyTorch's own re-parameterisation leaves {job['convolutions']}")
    if job.get("operations") is not None:
        count = sum(n for kind, n in judge.counts.items() if kind != "const" and not kind.startswith("constexpr_"))
        need(count == job["operations"], f"{count} operations, coremltools leaves {job['operations']}")
    if job.get("labels") is not None:
        need(judge.labels == job["labels"], f"the classes are {judge.labels}")
    if job.get("colours") is not None:
        [feature] = Judge(package, "as-stated").open().description.input
        need(feature.type.WhichOneof("Type") == "imageType", "the input is no image")
        colours = COLOURS[feature.type.imageType.colorSpace][0]
        need(colours == {"gray": "GRAYSCALE"}.get(job["colours"], job["colours"].upper()), f"the colours are {colours}")


def judged(job, package):
    """-> (verdict, what is wrong); `wrong` where it runs well and is not what was asked for"""
    try:
        verdict, why, judge = run(job, package)
        if verdict == "ok":
            expectations(job, judge, package)
        return verdict, why
    except Bad as e:
        return "wrong", str(e)


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        jobs = json.load(file)
    folder = os.path.dirname(sys.argv[1])
    passed = failed = 0
    for job in jobs:
        verdict, why = judged(job, job["package"])
        passed, failed = passed + (verdict == "ok"), failed + (verdict != "ok")
        if verdict != "ok":
            print(f"FAILED {job['name']}: {verdict}: {why}", flush=True)
    print(f"{passed} of {len(jobs)} packages are good", flush=True)

    kinds = 0
    for name, job, expected, package in damages(jobs, folder):
        verdict, why = judged(job, package)
        kinds += 1
        good = verdict == expected
        passed, failed = passed + good, failed + (not good)
        if not good:
            print(f"FAILED damage '{name}': found {verdict} ({why}), foreseen {expected}", flush=True)
    print(f"{kinds} kinds of damage were tried")
    print(f"{passed} passed, {failed} failed")
    sys.exit(0 if passed and kinds and jobs and not failed else 1)


if __name__ == "__main__":
    main()
