"""Runs .tflite files in LiteRT's interpreter and holds their answers against those of the source.

Reads JSON from standard input: [{name, model, inputs: {key: npy}, outputs: {key: npy}, tolerance}]. Arrays lie as the file has
them; where the batch is another than the file's, the interpreter resizes it. Prints one line for each file and kernel set.
"""
import json
import sys

import numpy as np
from ai_edge_litert.interpreter import Interpreter, OpResolverType

KERNELS = {"XNNPACK": OpResolverType.AUTO, "reference": OpResolverType.BUILTIN_REF}


def run(model, feeds, resolver):
    interpreter = Interpreter(model, experimental_op_resolver_type=resolver, num_threads=1)
    inputs, outputs = ends(interpreter)
    if sorted(inputs) != sorted(feeds):
        raise ValueError(f"its signature has the inputs {sorted(inputs)}")
    for key, value in feeds.items():
        interpreter.resize_tensor_input(inputs[key], value.shape)
    interpreter.allocate_tensors()
    for key, value in feeds.items():
        interpreter.set_tensor(inputs[key], value.astype(np.float32))
    interpreter.invoke()
    return {key: interpreter.get_tensor(index) for key, index in outputs.items()}


def ends(interpreter):
    """Numbers of the tensors that the signature names; what it was read through must be gone before anything is resized."""
    runner = interpreter.get_signature_runner("serving_default")
    described = runner.get_input_details(), runner.get_output_details()
    return tuple({key: details["index"] for key, details in each.items()} for each in described)


def difference(expected, found):
    if expected.shape != found.shape:
        return float("inf")
    return float(np.abs(found.astype(np.float64) - expected).max() / max(np.abs(expected).max(), 1e-30))


passed = failed = 0
for job in json.load(sys.stdin):
    feeds = {key: np.load(path) for key, path in job["inputs"].items()}
    for kernels, resolver in KERNELS.items():
        try:
            answers = run(job["model"], feeds, resolver)
            worst = max(difference(np.load(path), answers[key]) for key, path in job["outputs"].items())
            problem = None if worst <= job["tolerance"] else f"differs by {worst:.1e}"
        except Exception as error:  # every way in which an interpreter refuses a file
            worst, problem = float("inf"), " ".join(str(error).split())[:200]
        failed += problem is not None
        passed += problem is None
        print(f"{job['name']}, {kernels}: {problem or f'right, {worst:.1e}'}")
print(f"\n{passed} passed, {failed} failed")
sys.exit(1 if failed or not passed else 0)
