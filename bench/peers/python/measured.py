"""Runs a script and leaves behind the most memory (KiB) that its process, or one that it started, ever held.

    python measured.py SCRIPT [ARGUMENT ...]
"""

import os
import resource
import runpy
import sys

_, script, *arguments = sys.argv
sys.argv = [script, *arguments]
sys.path.insert(0, os.path.dirname(script))
runpy.run_path(script, run_name="__main__")
folder = os.environ.get("BENCH_PEAK_FOLDER")
if folder:
    peak = max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    with open(os.path.join(folder, str(os.getpid())), "w", encoding="ascii") as file:
        file.write(str(peak))
