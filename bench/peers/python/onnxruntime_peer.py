"""onnxruntime_peer.py SOURCE FOLDER: writes FOLDER/model.onnx, by the strongest optimisations that do not hang on the processor."""

import os
import sys

import onnxruntime

source, folder = sys.argv[1:]
options = onnxruntime.SessionOptions()
options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_EXTENDED
options.optimized_model_filepath = os.path.join(folder, "model.onnx")
onnxruntime.InferenceSession(source, options, providers=["CPUExecutionProvider"])
