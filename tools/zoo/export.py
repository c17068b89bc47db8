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

sys.path.append(str(Path(__file__).resolve().parents[2] / "fixtures" / "build"))
from networks import NETWORKS  # noqa: E402
from seeded import SeededWeights  # noqa: E402

CPU_SECONDS = 90
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


def export_case(name, case, export, target):
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    warnings.filterwarnings("ignore")
    torch.set_num_threads(1)
    seed, size, start = zlib.crc32(name.encode()), NETWORKS[name], time.process_time()
    torch.manual_seed(seed)
    network = timm.create_model(name).eval()
    image = torch.randn(1, 3, size, size, generator=torch.Generator().manual_seed(5))
    SeededWeights(seed & 0x7FFFFFFF).apply(network, (image,))
    with torch.no_grad():
        answer = network(image)
    with tempfile.TemporaryDirectory(dir=target) as temporary:
        folder = Path(temporary) / case
        folder.mkdir()
        export(copy.deepcopy(network), image, folder / "model.onnx")
        np.save(folder / "input.npy", image.numpy())
        np.save(folder / "output.npy", answer.numpy())
        (folder / "ideal.json").write_text(json.dumps(left_by_timm(network, image, folder)) + "\n")
        folder.rename(target / case)
    print(case, f"{time.process_time() - start:.0f} s", flush=True)


def main(target, names):
    """All TorchScript exports come first, they are fast; what is there already is kept."""
    target.mkdir(parents=True, exist_ok=True)
    cases = [(name, *way) for name in names or NETWORKS for way in ways_of(name).items()]
    for name, case, export in cases[::2] + cases[1::2]:
        if (target / case).exists():
            continue
        process = multiprocessing.get_context("fork").Process(target=export_case, args=(name, case, export, target))
        process.start()
        process.join()
        if process.exitcode:
            print(case, "NOT EXPORTED", process.exitcode, flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
