"""The noise map of Göteborg in a process of its own: prints wall and processor time and the most memory it held, as JSON."""

import json
import resource
import sys
import tempfile
import time
from pathlib import Path

from bench.goteborg import BOUNDS, goteborg
from siting.contours import write_contours
from siting.levels import levels_at
from siting.scene.prepared import prepare


def map_once(step_m, threads):
    """Seconds on the wall and of the processor for the map from scene to files, compilation left out, and what it holds."""
    scene = goteborg()
    levels_at(prepare(scene), scene_point(scene), 1.5)  # compiles, or reads what was compiled
    cpu, wall = time.process_time(), time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        facts = write_contours(prepare(scene), BOUNDS, step_m, 1.5, Path(folder), threads=threads)
    return {
        "wall_s": time.perf_counter() - wall,
        "cpu_s": time.process_time() - cpu,
        "receivers": facts["receivers"],
        "outdoors": facts["receivers"] - facts["without_level"],
        "buildings": len(scene.buildings),
        "sources": len(scene.sources),
        "memory_mb": most_memory_mb(),
    }


def most_memory_mb():
    """The most memory this process has held; getrusage would count the parent's too, from before it became another program."""
    status = Path("/proc/self/status")
    if status.is_file():
        return int(status.read_text().split("VmHWM:")[1].split()[0]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def scene_point(scene):
    """A place beside the first source."""
    return [[scene.sources[0].x_m + 0.5, scene.sources[0].y_m]]


if __name__ == "__main__":
    print(json.dumps(map_once(float(sys.argv[1]), int(sys.argv[2]))))
