"""`python -m bench [--write] [ROW ...]`: time all rows, or those named, and print them; --write puts all of them on the page."""

import argparse

from bench import page
from bench.rows import ALL


def main():
    parser = argparse.ArgumentParser(prog="bench", description="Times the sound engine; prints one table.")
    parser.add_argument("rows", nargs="*", metavar="ROW", help=f"of {', '.join(ALL)}; all where left out")
    parser.add_argument("--write", action="store_true", help="keep the table in docs/performance.md")
    asked = parser.parse_args()
    unknown = [name for name in asked.rows if name not in ALL]
    if unknown or (asked.write and asked.rows):
        parser.error(f"no row {unknown[0]!r}" if unknown else "--write keeps all rows of one run: name none")
    print(f"On {page.machine()}.\n\n{page.HEAD}", end="", flush=True)
    rows = []
    for name in asked.rows or ALL:
        for row in ALL[name]():
            rows.append(row)
            print(page.line(row), end="", flush=True)
    if asked.write:
        page.write(rows)


main()
