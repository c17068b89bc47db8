"""Writes test/study/static/counts/: what PyTorch and fvcore count in networks of timm, and their graphs without weights.

Parameters are those of `parameters()`. Multiply-accumulates and activations are those that fvcore counts of convolutions and
matrix products; attention is computed by matrix products, since fvcore does not count it otherwise. Graphs are exported by
TorchScript with their batch norms, and lose their weights: all but small constants are said to lie in a file that is not there.
Run from the root of the repository: python tools/study-counts.py (timm 1.0.31, PyTorch 2.15, fvcore 0.1.5.post20221221)
"""

import gzip
import json
import logging
import shutil
import tempfile
import warnings
from pathlib import Path

import onnx
import timm
import torch
from fvcore.nn import ActivationCountAnalysis, FlopCountAnalysis

NETWORKS = """convnext_atto efficientnet_b0 efficientnet_lite0 fastvit_t8 ghostnet_100 lcnet_050 mixnet_s
mnasnet_100 mobilenetv1_100 mobilenetv2_100 mobilenetv3_large_100 mobilenetv4_conv_small mobileone_s0 mobileone_s4
mobilevit_xxs regnety_002 repghostnet_050 repvgg_a0 repvit_m0_9 resnet18 vit_tiny_patch16_224""".split()
PRODUCTS = ("conv", "linear", "addmm", "matmul", "bmm", "einsum")
SMALLEST = 64
FOLDER = Path("test/study/static/counts")


def products(counts):
    return int(sum(count for name, count in counts.items() if name in PRODUCTS))


def count(network, image):
    macs, activations = FlopCountAnalysis(network, image), ActivationCountAnalysis(network, image)
    for analysis in (macs, activations):
        analysis.unsupported_ops_warnings(False).uncalled_modules_warnings(False)
    return {
        "parameters": sum(parameter.numel() for parameter in network.parameters()),
        "macs": products(macs.by_operator()),
        "activations": products(activations.by_operator()),
    }


def strip(path):
    """The graph alone; constants from 64 elements on are left out."""
    model = onnx.load(path)
    for tensor in model.graph.initializer:
        size = 1
        for dimension in tensor.dims:
            size *= dimension
        if size < SMALLEST or tensor.data_type != onnx.TensorProto.FLOAT:
            continue
        tensor.ClearField("raw_data")
        tensor.ClearField("float_data")
        tensor.data_location = onnx.TensorProto.EXTERNAL
        tensor.external_data.add(key="location", value="left-out.bin")
    model.graph.ClearField("value_info")
    return gzip.compress(model.SerializeToString(), mtime=0)


def main():
    warnings.simplefilter("ignore")
    logging.disable(logging.WARNING)
    timm.layers.set_fused_attn(False)
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    lines = []
    for name in NETWORKS:
        network = timm.create_model(name, pretrained=False, exportable=True).eval()
        image = torch.zeros(1, *network.default_cfg["input_size"])
        for parameter in network.parameters():
            # As they are made, many are equal, and the exporter writes equal ones once.
            torch.nn.init.uniform_(parameter)
        lines.append(json.dumps({"name": name, **count(network, image)}))
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "model.onnx"
            torch.onnx.export(network, image, str(path), dynamo=False, opset_version=17, do_constant_folding=False,
                              training=torch.onnx.TrainingMode.PRESERVE, input_names=["image"], output_names=["logits"])
            (FOLDER / f"{name}.onnx.gz").write_bytes(strip(path))
        print(lines[-1], flush=True)
    (FOLDER / "counts.jsonl").write_text("".join(f"{line}\n" for line in lines))


main()
