"""onnxscript_peer.py SOURCE FOLDER: writes FOLDER/model.onnx, by its optimizer and its rewriter's own rules."""

import os
import sys

import onnx
from onnxscript import optimizer, rewriter

source, folder = sys.argv[1:]
model = rewriter.rewrite(optimizer.optimize(onnx.load(source)))
onnx.save(model, os.path.join(folder, "model.onnx"))
