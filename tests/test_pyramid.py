"""Oracle: the grid's lines one by one in plain Python, every cell looked at; and hand arithmetic on three cells."""

import itertools
import math

import numpy as np
import pytest

from kernels.pyramid import build_pyramid, march


def marched(values, c0, r0, c1, r1, z0=0.0, z1=0.0, sink=np.inf):
    """Cells (i, j) with the parameters at which each is entered and left."""
    values = np.asarray(values, float)
    room = sum(values.shape)
    cell, enter, leave = np.full(room, -1), np.full(room, np.nan), np.full(room, np.nan)
    count = march(build_pyramid(values), c0, r0, c1, r1, z0, z1, sink, cell, enter, leave)
    return [
        (*divmod(int(k), values.shape[1]), a, b)
        for k, a, b in zip(cell[:count], enter[:count], leave[:count], strict=True)
    ]


def plain(values, c0, r0, c1, r1, z0, z1, sink):
    """Every cell on the way: cut the segment at all lines, ask each piece's middle, compare its two ends' heights."""
    rows, columns = values.shape
    cuts = {0.0, 1.0}
    for a, b, lines in ((c0, c1, columns), (r0, r1, rows)):
        if a != b:
            cuts |= {(line - a) / (b - a) for line in range(lines + 1)}
    cuts = sorted(t for t in cuts if 0 <= t <= 1)
    found = []
    for a, b in itertools.pairwise(cuts):
        if b - a < 1e-12:
            continue
        j = math.floor(c0 + (a + b) / 2 * (c1 - c0))
        i = math.floor(r0 + (a + b) / 2 * (r1 - r0))
        low = min(z0 + a * (z1 - z0), z0 + b * (z1 - z0)) - sink
        if 0 <= i < rows and 0 <= j < columns and values[i, j] > low:
            found.append((i, j, a, b))
    return found


def same(found, expected):
    kept = [each for each in found if each[3] - each[2] > 1e-12]  # twin and kernel round a corner apart
    assert [each[:2] for each in kept] == [each[:2] for each in expected]
    for (*_, a, b), (*_, c, d) in zip(kept, expected, strict=True):
        assert a == pytest.approx(c, abs=1e-12)
        assert b == pytest.approx(d, abs=1e-12)


def test_levels_hold_the_greatest_of_each_block_of_sixteen():
    values = np.random.default_rng(1).normal(size=(9, 22))
    values[3:5] = -np.inf
    pyramid = build_pyramid(values)
    assert pyramid.rows.tolist() == [9, 3, 1, 1]
    assert pyramid.columns.tolist() == [22, 6, 2, 1]
    for level, (start, rows, columns) in enumerate(
        zip(pyramid.offsets, pyramid.rows, pyramid.columns, strict=True)
    ):
        size = 4**level
        for i in range(rows):
            for j in range(columns):
                block = values[i * size : (i + 1) * size, j * size : (j + 1) * size]
                assert pyramid.values[start + i * columns + j] == block.max()


def test_no_grid_has_no_levels_and_one_cell_has_one():
    assert [len(each) for each in build_pyramid(np.empty((0, 0)))] == [0, 0, 0, 0]
    assert marched(np.empty((0, 7)), 0, 0, 1, 1) == []
    assert build_pyramid([[3.0]]).values.tolist() == [3.0]


def test_three_cells_by_hand():
    # From (0.5, 0.5) to (2.5, 0.5), heights 0 to 4: the cells lie from 0 to 1/4, to 3/4 and to 1, over 0..1, 1..3 and 3..4.
    row = [[0.5, 1.0, 5.0]]
    assert marched(row, 0.5, 0.5, 2.5, 0.5, 0.0, 4.0, 0.0) == [(0, 0, 0.0, 0.25), (0, 2, 0.75, 1.0)]
    assert marched(row, 0.5, 0.5, 2.5, 0.5, 0.0, 4.0, 0.5)[1] == (0, 1, 0.25, 0.75)
    assert marched(row, 2.5, 0.5, 0.5, 0.5, 4.0, 0.0, 0.0) == [(0, 2, 0.0, 0.25), (0, 0, 0.75, 1.0)]


def test_empty_cells_are_never_found():
    values = np.full((5, 5), -np.inf)
    values[2, 3] = -1e9
    assert [each[:2] for each in marched(values, 0, 2.5, 5, 2.5)] == [(2, 3)]


@pytest.mark.parametrize("shape", [(1, 1), (1, 9), (5, 4), (17, 30), (70, 66)])
def test_as_the_plain_twin_whatever_the_heights(shape):
    rng = np.random.default_rng(sum(shape))
    for _ in range(60):
        values = rng.normal(size=shape)
        values[rng.random(shape) < 0.3] = -np.inf
        c0, c1 = rng.uniform(-0.3, 1.3, 2) * shape[1]
        r0, r1 = rng.uniform(-0.3, 1.3, 2) * shape[0]
        z0, z1 = rng.uniform(-1, 3, 2)
        for sink in (0.0, 0.5, np.inf):
            line = (c0, r0, c1, r1, z0, z1, sink)
            same(marched(values, *line), plain(values, *line))


@pytest.mark.parametrize("reach", [1, 3, 40, 100])
def test_lines_through_whole_and_half_numbers(reach):
    """Ends on lines, corners and borders, upright, level and diagonal: nothing doubled, nothing missed, no gap."""
    rng = np.random.default_rng(reach)
    values = np.zeros((36, 24))
    for _ in range(150):
        c0, r0 = rng.integers(0, 48) / 2, rng.integers(0, 72) / 2
        dc, dr = (
            rng.integers(-1, 2, 2) * reach / 2
            if rng.random() < 0.5
            else rng.integers(-reach, reach + 1, 2) / 2
        )
        line = (c0, r0, c0 + dc, r0 + dr)
        found = marched(values, *line)
        along_border = (dc == 0 and c0 in (0, 24)) or (dr == 0 and r0 in (0, 36))
        if dc == dr == 0 or along_border:
            continue
        for (*_, leave), (*_, enter, _) in itertools.pairwise(found):
            assert leave == enter
        cells = {each[:2] for each in found}
        assert len(cells) == len(found)
        for i, j, a, b in found:  # each piece lies in its cell, lines included
            for t in (a, b):
                assert j - 1e-9 <= c0 + t * dc <= j + 1 + 1e-9
                assert i - 1e-9 <= r0 + t * dr <= i + 1 + 1e-9
        if dc != 0 and dr != 0:
            same(found, plain(values, *line, 0.0, 0.0, np.inf))
        t_out = min(
            1.0, *((({True: n, False: 0}[d > 0] - s) / d) for s, d, n in ((c0, dc, 24), (r0, dr, 36)) if d)
        )
        if t_out > 0:
            assert found[0][2] == 0.0
            assert found[-1][3] == pytest.approx(t_out, abs=1e-15)


def test_along_the_border_and_standing_still():
    values = np.zeros((3, 4))
    assert [each[:2] for each in marched(values, 4, 0.5, 4, 2.5)] == [(0, 3), (1, 3), (2, 3)]
    assert [each[:2] for each in marched(values, 0, 0, 4, 0)] == [(0, 0), (0, 1), (0, 2), (0, 3)]
    assert [each[:2] for each in marched(values, 3.5, 3, 0.5, 3)] == [(2, 3), (2, 2), (2, 1), (2, 0)]
    assert marched(values, 2.5, 1.5, 2.5, 1.5) == [(1, 2, 0.0, 1.0)]
    assert marched(values, 4.5, 1.5, 4.5, 1.5) == []
    assert marched(values, 4, 3, 9, 8) == []
    assert marched(values, -5, 1, -1, 1) == []


def test_a_line_seen_backwards_passes_the_same_cells():
    rng = np.random.default_rng(7)
    values = rng.normal(size=(90, 80))
    for _ in range(100):
        c0, r0, c1, r1 = rng.uniform(-10, 90, 4)
        ahead, back = marched(values, c0, r0, c1, r1, 0, 2, 0.1), marched(values, c1, r1, c0, r0, 2, 0, 0.1)
        assert {each[:2] for each in ahead} == {each[:2] for each in back}


def test_what_is_found_does_not_hang_on_the_blocks():
    """A grid with one high cell: all its blocks rise, the cells found stay."""
    rng = np.random.default_rng(8)
    values = np.full((200, 300), -1.0)
    line = (3.3, 190.2, 296.1, 8.8)
    path = marched(values, *line)
    for i, j, a, b in [path[k] for k in rng.integers(0, len(path), 20)]:
        high = values.copy()
        high[i, j] = 1.0
        assert marched(high, *line, 0.0, 0.0, 0.0) == [(i, j, a, b)]
