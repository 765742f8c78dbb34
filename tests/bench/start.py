"""What one start of `siting levels` on a small scene costs: kernels not compiled yet, compiled, and what is imported."""

import os
import re
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench.clock import Timing

SCENE = """{"type": "FeatureCollection", "features": [
{"type": "Feature", "geometry": {"type": "Point", "coordinates": [0, 0]}, "properties": {"kind": "source", "height_m": 1.5,
 "power_db": [92, 95, 97, 94, 92, 90, 85, 78]}},
{"type": "Feature", "geometry": {"type": "Point", "coordinates": [80, 10]}, "properties": {"kind": "receiver", "height_m": 4}},
{"type": "Feature", "geometry": {"type": "Polygon", "coordinates": [[[30, -10], [45, -10], [45, 12], [30, 12], [30, -10]]]},
 "properties": {"kind": "building", "height_m": 8, "absorption": 0.2}},
{"type": "Feature", "geometry": {"type": "LineString", "coordinates": [[10, 20], [70, 25]]},
 "properties": {"kind": "wall", "height_m": 3, "absorption": 0.2}}]}
"""
IMPORT = re.compile(r"import time:\s+\d+ \|\s+(\d+) \|(\s+)(\S+)")


def levels_once(folder, cache, *options):
    """One process from its start to its end, and what it said on standard error."""
    scene = folder / "scene.geojson"
    scene.write_text(SCENE, encoding="utf-8")
    before, wall = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    done = subprocess.run(
        [sys.executable, *options, "-c", "from siting.cli import main; main()", "levels", str(scene)],
        env=os.environ | {"NUMBA_CACHE_DIR": str(cache)},
        capture_output=True,
        text=True,
        check=True,
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Timing(cpu, time.perf_counter() - wall), done.stderr


def starts(repeats=7):
    """The first start with an empty cache, the later ones, and seconds of the later ones that go into importing by package."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        cache = folder / "cache"
        first, _ = levels_once(folder, cache)
        later = [levels_once(folder, cache)[0] for _ in range(repeats)]
        _, told = levels_once(folder, cache, "-X", "importtime")
    return first, later, imports(told)


def imports(told):
    """Seconds by package from `-X importtime`: those of the outermost modules of each package, longest first."""
    lines = [(int(us) / 1e6, len(gap), name) for us, gap, name in IMPORT.findall(told)]
    total, open_above = {}, []
    for seconds, depth, name in reversed(lines):  # a module stands below what it imports
        package = name.partition(".")[0]
        while open_above and open_above[-1][0] >= depth:
            open_above.pop()
        if package not in [above for _, above in open_above]:
            total[package] = total.get(package, 0.0) + seconds
        open_above.append((depth, package))
    return sorted(total.items(), key=lambda item: -item[1])
