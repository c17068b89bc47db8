"""compare_tflite.py OWN PEER FACTS: prints as JSON the error of both, and how long OWN takes against PEER.

FACTS is a JSON file: an `input` of the source and its `output`, both in ONNX's order of axes. One thread, paired runs, the median of
their ratios.
"""

import json
import statistics
import sys
import time

import numpy as np
import tensorflow as tf

PAIRS = 7
SHORTEST = 0.08

own, peer, facts = sys.argv[1:]
with open(facts, encoding="utf-8") as file:
    facts = json.load(file)
image, answer = (np.array(facts[name]["data"], np.float32).reshape(facts[name]["shape"]) for name in ("input", "output"))


def opened(path):
    interpreter = tf.lite.Interpreter(path, num_threads=1)
    interpreter.allocate_tensors()
    port = interpreter.get_input_details()[0]
    lies_last = tuple(port["shape"]) != image.shape
    interpreter.set_tensor(port["index"], np.ascontiguousarray(image.transpose(0, 2, 3, 1)) if lies_last else image)
    return interpreter


def seconds(interpreter, runs):
    start = time.perf_counter()
    for _ in range(runs):
        interpreter.invoke()
    return (time.perf_counter() - start) / runs


def error_of(interpreter):
    interpreter.invoke()
    found = interpreter.get_tensor(interpreter.get_output_details()[0]["index"])
    if found.size != answer.size:
        return None
    return float(np.abs(found.reshape(answer.shape) - answer).max() / np.abs(answer).max())


own, peer = opened(own), opened(peer)
errors = {"ownError": error_of(own), "error": error_of(peer)}
seconds(peer, 3)
runs = max(1, int(SHORTEST / seconds(own, 3)))
ratio = statistics.median(seconds(own, runs) / seconds(peer, runs) for _ in range(PAIRS))
print(json.dumps({**errors, "ratio": ratio}))
