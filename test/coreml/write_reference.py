"""Lets coremltools write the packages that the reader is tested on: fixtures/coreml/, with PyTorch's answer.

    write_reference.py FOLDER

One network with what the networks of the corpus are made of, in both precisions. Seeded; coremltools' identifiers are random.
"""
import os, sys, warnings

import coremltools
import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

warnings.filterwarnings("ignore")


class Network(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem, self.norm = nn.Conv2d(3, 8, 3, 2, 1), nn.BatchNorm2d(8)
        self.depthwise = nn.Conv2d(8, 8, 3, 1, 1, groups=8)
        self.transposed = nn.ConvTranspose2d(8, 6, 3, 2, 1, output_padding=1)
        self.layer_norm, self.projection, self.head = nn.LayerNorm(6), nn.Linear(6, 18), nn.Linear(6, 5)

    def forward(self, x):
        """x [1,3,16,16] -> [1,5]"""
        x = torch.relu(self.norm(self.stem(x)))
        x = F.max_pool2d(x * torch.sigmoid(self.depthwise(x)), 3, 2, 1)
        x = F.interpolate(F.gelu(self.transposed(x)), scale_factor=2, mode="bilinear", align_corners=False)
        x = F.avg_pool2d(x, 3, 2, 1).flatten(2).transpose(1, 2)
        q, k, v = self.projection(self.layer_norm(x)).chunk(3, -1)
        x = F.hardswish(torch.softmax(q @ k.transpose(-1, -2) / 2.4, -1) @ v)
        return self.head(x.mean(1))


def main(folder):
    torch.manual_seed(0)
    network, x = Network().eval(), torch.randn(1, 3, 16, 16)
    with torch.no_grad():
        np.save(os.path.join(folder, "output.npy"), network(x).numpy())
    np.save(os.path.join(folder, "input.npy"), x.numpy())
    traced = torch.jit.trace(network, x)
    for name, precision in (("fp32", coremltools.precision.FLOAT32), ("fp16", coremltools.precision.FLOAT16)):
        package = coremltools.convert(traced, inputs=[coremltools.TensorType(name="x", shape=x.shape)], outputs=[coremltools.TensorType(name="y")],
                                      minimum_deployment_target=coremltools.target.iOS15, compute_precision=precision, skip_model_load=True)
        package.save(os.path.join(folder, f"{name}.mlpackage"))


if __name__ == "__main__":
    os.makedirs(sys.argv[1], exist_ok=True)
    main(sys.argv[1])
