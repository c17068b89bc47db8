"""onnxslim_peer.py SOURCE FOLDER [--check]: writes FOLDER/model.onnx"""

import os
import sys

import onnxslim

source, folder, *options = sys.argv[1:]
onnxslim.slim(source, os.path.join(folder, "model.onnx"), model_check="--check" in options)
