"""Writes src/operators/without-float16.ts: what of ONNX's operators may be float32 but not float16, by operator set.

Run from the root of the repository with Python and the onnx package: python3 tools/operators-without-float16.py
"""

from collections import defaultdict
from pathlib import Path

import onnx
from onnx import defs


def allowing(parameters, dtype):
    return [index for index, parameter in enumerate(parameters) if f"tensor({dtype})" in parameter.types]


def without(parameters):
    halves = allowing(parameters, "float16")
    return [index for index in allowing(parameters, "float") if index not in halves]


def told(schema):
    inputs, outputs = without(schema.inputs), without(schema.outputs)
    if not inputs and not outputs:
        return ""
    if inputs == allowing(schema.inputs, "float") and outputs == allowing(schema.outputs, "float"):
        return "all"
    return "/".join(",".join(map(str, indices)) for indices in (inputs, outputs))


versions = defaultdict(list)
for schema in defs.get_all_schemas_with_history():
    if schema.domain == "" and not schema.deprecated:
        versions[schema.name].append(schema)

lines = []
for name, schemas in sorted(versions.items()):
    changes, last = [], ""
    for schema in sorted(schemas, key=lambda each: each.since_version):
        now = told(schema)
        if now != last:
            changes.append(f"{schema.since_version}:{now}")
        last = now
    if changes:
        lines.append(" ".join([name, *changes]))

text = "\n".join(lines)
Path("src/operators/without-float16.ts").write_text(
    f"""// Written by tools/operators-without-float16.py from onnx {onnx.__version__}; not edited by hand.

/**
 * What may be float32 but not float16: a line for each of ONNX's own operators that has such an operand or result in some
 * operator set. From the operator set before each colon on: `all` of those that may be float32, or the operands / results
 * by their index, or nothing.
 */
export const WITHOUT_FLOAT16 = `
{text}
`;
"""
)
