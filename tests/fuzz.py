"""`make fuzz`: random scenes against the slow twin, from a seed on, until the time is up; prints the scenes that differ."""

import argparse
import sys
import time

import slow_scene
from random_scenes import random_scene
from test_engine_properties import agree

from siting.errors import InputError
from siting.levels import levels


def main():
    parser = argparse.ArgumentParser(prog="make fuzz", description=__doc__)
    parser.add_argument("--first", type=int, default=10_000, metavar="SEED", help="default 10000")
    parser.add_argument("--minutes", type=float, default=5.0, help="default 5")
    asked = parser.parse_args()
    stop, seed, differ, jumping, refused = time.monotonic() + 60 * asked.minutes, asked.first, [], 0, 0
    while time.monotonic() < stop:
        scene = random_scene(seed)
        seed += 1
        try:
            ours = levels(scene)
        except InputError:  # a wall whose absolute top the drawn ground covers
            refused += 1
            continue
        wrong, apart = agree(scene, ours, slow_scene.levels(scene))
        jumping += apart - len(wrong)
        if wrong:
            differ.append(scene.name)
            print(f"{scene.name}: {', '.join(wrong)}", flush=True)
    print(
        f"{seed - asked.first} scenes from seed {asked.first}, {refused} of them refused: {len(differ)} differ; "
        f"{jumping} receivers left out, at which the twin itself jumps"
    )
    return 1 if differ else 0


if __name__ == "__main__":
    sys.exit(main())
