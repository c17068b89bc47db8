"""Writes src/operators/schemas.ts: since when ONNX's operators exist, how many operands and results they have, and which attributes.

Run with Python and the onnx package: python3 tools/operator-schemas.py
"""

from collections import defaultdict
from pathlib import Path

import onnx
from onnx import defs

Option = defs.OpSchema.FormalParameterOption


def required(schema):
    count = 0
    for parameter in schema.inputs:
        if parameter.option != Option.Single:
            break
        count += 1
    return count


def most(parameters):
    return "*" if any(p.option == Option.Variadic for p in parameters) else len(parameters)


def widest(counts):
    return "*" if "*" in counts else max(counts)


def lifetime(schemas):
    """First operator set; where it was taken out, that without it; where it came back, that as well."""
    first = min(schema.since_version for schema in schemas)
    removed = next((schema.since_version for schema in schemas if schema.deprecated), None)
    back = min((s.since_version for s in schemas if removed and s.since_version > removed), default=None)
    return "-".join(str(version) for version in (first, removed, back) if version is not None)


versions = defaultdict(list)
for schema in defs.get_all_schemas_with_history():
    if schema.domain == "":
        versions[schema.name].append(schema)

lines = []
for name, schemas in sorted(versions.items()):
    attributes = sorted({attribute for schema in schemas for attribute in schema.attributes})
    inputs = widest([most(schema.inputs) for schema in schemas])
    outputs = widest([most(schema.outputs) for schema in schemas])
    lines.append(
        " ".join([name, lifetime(schemas), str(min(map(required, schemas))), str(inputs), str(outputs), *attributes])
    )

text = "\n".join(lines)
Path(__file__).parent.parent.joinpath("src/operators/schemas.ts").write_text(
    f"""// Written by tools/operator-schemas.py from onnx {onnx.__version__}; not edited by hand.

/**
 * A line for each of ONNX's own operators, over all operator sets: its name, the first operator set that has it (then, if it
 * was taken out, the first without it, and that in which it came back), how many operands it needs and how many it and its
 * results may be at most (`*`: any number), and its attributes.
 */
export const SCHEMAS = `
{text}
`;
"""
)
