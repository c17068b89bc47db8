"""count_coreml.py PACKAGE: prints as JSON how many convolutions and batch norms a Core ML package has."""

import json
import sys

import coremltools

specification = coremltools.models.MLModel(sys.argv[1], skip_model_load=True).get_spec()
main = specification.mlProgram.functions["main"]
types = [operation.type for block in main.block_specializations.values() for operation in block.operations]
print(json.dumps({"convolutions": types.count("conv"), "batchNorms": types.count("batch_norm")}))
