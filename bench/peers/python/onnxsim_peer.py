"""onnxsim_peer.py SOURCE FOLDER [--check]: writes FOLDER/model.onnx"""

import os
import sys

import onnx
import onnxsim

source, folder, *options = sys.argv[1:]
model, right = onnxsim.simplify(source, check_n=3 if "--check" in options else 0)
if not right:
    sys.exit("what it made does not answer like the source")
onnx.save(model, os.path.join(folder, "model.onnx"))
