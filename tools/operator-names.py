"""Writes src/operators/operator-names.ts from the schemas of the installed `onnx` package.

Run from the root of the repository: python tools/operator-names.py
"""

from collections import defaultdict
from pathlib import Path


import onnx

history: dict[str, dict[int, bool]] = defaultdict(dict)
for schema in onnx.defs.get_all_schemas_with_history():
    if schema.domain == "":
        history[schema.name][schema.since_version] = schema.deprecated

first = {name: min(versions) for name, versions in history.items()}
removed: dict[str, tuple[int, int | None]] = {}
for name, versions in history.items():
    for version, deprecated in versions.items():
        if deprecated:
            removed[name] = (version, min((v for v in versions if v > version), default=None))

by_opset: dict[int, list[str]] = defaultdict(list)
for name in sorted(first):
    by_opset[first[name]].append(name)

lines = [
    f"// Written by tools/operator-names.py from onnx {onnx.__version__}; not edited by hand.",
    "",
    "/** Names of ONNX's own operators, by the operator set that first has them. */",
    "export const FIRST_IN: ReadonlyMap<number, readonly string[]> = new Map([",
]
for opset in sorted(by_opset):
    lines.append("  [")
    lines.append(f"    {opset},")
    lines.append("    [")
    lines += [f"      {name!r}," for name in by_opset[opset]]
    lines.append("    ],")
    lines.append("  ],")
lines += [
    "]);",
    "",
    "/** Operators that were taken out: the first operator set without them, and that in which they came back (0: none). */",
    "export const REMOVED_IN: ReadonlyMap<string, readonly [number, number]> = new Map([",
    *(f"  [{name!r}, [{removed[name][0]}, {removed[name][1] or 0}]]," for name in sorted(removed)),
    "]);",
    "",
]
Path("src/operators/operator-names.ts").write_text("\n".join(lines))
