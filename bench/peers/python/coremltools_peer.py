"""coremltools_peer.py SOURCE FOLDER: writes FOLDER/model.mlpackage.

coremltools reads no ONNX any more: onnx2torch makes a PyTorch module of the file, which is traced, as a user of coremltools would.
"""

import os
import sys

import coremltools
import onnx
import onnx2torch
import torch

source, folder = sys.argv[1:]
model = onnx.load(source)
weights = {weight.name for weight in model.graph.initializer}
given = next(value for value in model.graph.input if value.name not in weights)
shape = [size.dim_value or 1 for size in given.type.tensor_type.shape.dim]
traced = torch.jit.trace(onnx2torch.convert(model).eval(), torch.zeros(shape))
package = coremltools.convert(
    traced,
    inputs=[coremltools.TensorType(name=given.name, shape=shape)],
    convert_to="mlprogram",
    compute_precision=coremltools.precision.FLOAT32,
)
package.save(os.path.join(folder, "model.mlpackage"))
