"""`python -m bench [--only TABLE] [--write] [ROW ...]`: time all rows, or those named; --write keeps whole tables."""

import argparse

from bench import page, placing, rows

TABLES = ("sound", "placing")


def sound(names, write):
    """The table of the sound engine."""
    print(f"On {page.machine()}.\n\n{page.HEAD}", end="", flush=True)
    done = []
    for name in names or rows.ALL:
        for row in rows.ALL[name]():
            done.append(row)
            print(page.line(row), end="", flush=True)
    if write:
        page.write(done)


def layouts(names, write):
    """The table of placing."""
    print(f"On {page.machine()}.\n\n{placing.HEAD}", end="", flush=True)
    lines = []
    for name in names or placing.ALL:
        for row in placing.rows(name):
            lines.append(placing.line(row))
            print(lines[-1], end="", flush=True)
    if write:
        page.put(placing.HEAD, lines, placing.BEGIN)


def main():
    parser = argparse.ArgumentParser(
        prog="bench", description="Times the sound engine and placing; prints a table of each."
    )
    known = [*rows.ALL, *placing.ALL]
    parser.add_argument("rows", nargs="*", metavar="ROW", help=f"of {', '.join(known)}; all where left out")
    parser.add_argument("--only", choices=TABLES, help="one of the two tables")
    parser.add_argument("--write", action="store_true", help="keep the tables in docs/performance.md")
    asked = parser.parse_args()
    unknown = [name for name in asked.rows if name not in known]
    if unknown or (asked.write and asked.rows):
        parser.error(f"no row {unknown[0]!r}" if unknown else "--write keeps all rows of one run: name none")
    for table, run, all_rows in (("sound", sound, rows.ALL), ("placing", layouts, placing.ALL)):
        mine = [name for name in asked.rows if name in all_rows]
        if asked.only in (None, table) and (mine or not asked.rows):
            run(mine, asked.write)
            print()


main()
