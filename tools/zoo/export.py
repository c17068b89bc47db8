"""Exports public mobile networks of timm, each both ways, for `npm run zoo`: python export.py FOLDER [NAME ...].

Every export is a folder NAME_tsOPSET (TorchScript, batch norms kept) or NAME_teOPSET (torch.export) with model.onnx,
input.npy, PyTorch's answer output.npy, and ideal.json: the convolutions and batch norms that are left when
timm re-parameterises the network itself before it is exported. Weights are seeded; batch-norm statistics follow a forward pass.
"""

import copy
import json
import multiprocessing
import resource
import sys
import tempfile
import time
import warnings
import zlib
from pathlib import Path

import numpy as np
import onnx
import timm
import torch
from timm.utils.model import reparameterize_model

from networks import NETWORKS
from weights import fill

CPU_SECONDS = 180
MODES = torch.onnx.TrainingMode


def torchscript(network, image, path, opset, training=MODES.PRESERVE):
    torch.onnx.export(network, image, str(path), dynamo=False, opset_version=opset, training=training,
                      input_names=["image"], output_names=["logits"])


def torch_export(network, image, path, opset, optimize):
    torch.onnx.export(network, (image,), str(path), dynamo=True, opset_version=opset, optimize=optimize,
                      input_names=["image"], output_names=["logits"], verbose=False, external_data=False)


def left_by_timm(network, image, folder):
    """What is left when timm re-parameterises and the exporter folds batch norms into the convolutions before them."""
    path = folder / "reparameterised.onnx"
    try:
        torchscript(reparameterize_model(network), image, path, 17, MODES.EVAL)
        graph = onnx.shape_inference.infer_shapes(onnx.load(str(path))).graph
    finally:
        path.unlink(missing_ok=True)
    ranks = {v.name: len(v.type.tensor_type.shape.dim) for v in graph.value_info}
    kinds = [n.op_type for n in graph.node]
    batch_norms = [n for n in graph.node if n.op_type == "BatchNormalization" and ranks.get(n.output[0], 4) == 4]
    return {"convolutions": kinds.count("Conv"), "batch_norms": len(batch_norms), "nodes": len(kinds)}


def ways_of(name):
    """The two exports of a network. Opsets and the optimiser go by the name: the list can grow without changing any export."""
    seed = zlib.crc32(name.encode())
    script_opset, graph_opset, optimize = 13 + seed % 5, 18 + seed // 5 % 4, seed // 20 % 3 > 0
    return {
        f"{name}_ts{script_opset}": lambda network, image, path: torchscript(network, image, path, script_opset),
        f"{name}_te{graph_opset}{'' if optimize else '_raw'}":
            lambda network, image, path: torch_export(network, image, path, graph_opset, optimize),
    }


def export_network(name, target):
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    warnings.filterwarnings("ignore")
    torch.set_num_threads(1)
    seed, size = zlib.crc32(name.encode()), NETWORKS[name]
    network = timm.create_model(name).eval()
    image = torch.randn(1, 3, size, size, generator=torch.Generator().manual_seed(5))
    fill(network, image, seed)
    with torch.no_grad():
        answer = network(image)
    with tempfile.TemporaryDirectory() as temporary:
        ideal = left_by_timm(copy.deepcopy(network), image, Path(temporary))
    for case, export in ways_of(name).items():
        start, folder = time.process_time(), target / case
        folder.mkdir(exist_ok=True)
        try:
            export(copy.deepcopy(network), image, folder / "model.onnx")
        except Exception as error:
            print(case, "NOT EXPORTED", type(error).__name__, str(error).split("\n")[0][:300], flush=True)
            continue
        np.save(folder / "input.npy", image.numpy())
        np.save(folder / "output.npy", answer.numpy())
        (folder / "ideal.json").write_text(json.dumps(ideal) + "\n")
        print(case, f"{time.process_time() - start:.0f} s", flush=True)


def main(target, names):
    """Each network in a process of its own, with a limit; what was exported before is kept."""
    target.mkdir(parents=True, exist_ok=True)
    for name in names or NETWORKS:
        if all((target / case / "ideal.json").exists() for case in ways_of(name)):
            continue
        process = multiprocessing.get_context("fork").Process(target=export_network, args=(name, target))
        process.start()
        process.join()
        if process.exitcode:
            print(name, "ENDED WITH", process.exitcode, flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
