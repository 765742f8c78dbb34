"""What placing is measured against: plain greedy, and a rectangle packer that hears nothing, cut down until it is legal."""

import math

import numpy as np
import rectpack

TOUCH_M = 1e-6
RULES = (rectpack.MaxRectsBssf, rectpack.MaxRectsBlsf, rectpack.MaxRectsBaf, rectpack.MaxRectsBl)
RECTANGLES = 12  # at most so many parts of the ground are packed


def colliding(poses, pose):
    """Which poses (P,) cannot stand beside one, itself included: a body, or the space it wants clear, enters another body."""
    low, high, clear_low, clear_high = boxes(poses)

    def shared(a_low, a_high, b_low, b_high):
        return (np.minimum(a_high, b_high) - np.maximum(a_low, b_low) > TOUCH_M).all(axis=1)

    theirs = shared(clear_low, clear_high, low[pose], high[pose])
    return theirs | shared(low, high, clear_low[pose], clear_high[pose])


def boxes(poses):
    """Lower and upper corners of every body and of the space that it wants clear, four of (P, 2), in the lattice's frame."""
    low = poses.cell * poses.step_m
    high = low + poses.bodies[poses.quarter]
    left, right, below, above = poses.margins[poses.quarter].T
    return low, high, low - np.column_stack([left, below]), high + np.column_stack([right, above])


def greedy(poses, load):
    """Add the pose that raises the fullest row least, until none fits."""
    total, free, chosen = np.zeros(load.shape[1]), np.ones(len(poses), bool), []
    while free.any():
        left = np.flatnonzero(free)
        peak = (load[left] + total).max(axis=1, initial=0.0)
        quietest = int(peak.argmin())
        if peak[quietest] > 1:
            break
        pose = int(left[quietest])
        chosen.append(pose)
        total += load[pose]
        free &= ~colliding(poses, pose)
    return np.array(sorted(chosen), np.int64)


def packer(poses, load):
    """Fill the ground by `rectpack` (maximal rectangles), then drop the loudest units until all is legal."""
    chosen = packed(poses)
    while len(chosen):
        total = load[chosen].sum(axis=0)
        over = total > 1
        if not over.any():
            break
        chosen = np.delete(chosen, load[chosen][:, over].sum(axis=1).argmax())
    return chosen


def packed(poses):
    """Poses that fill the ground, sounds unheard: its largest rectangle, then the largest of what is left, and so on."""
    side = [cells(length, poses.step_m) for length in poses.bodies[0] + poses.margins[0].max()]
    grid = np.full((4, *(poses.cell.max(axis=0, initial=0) + 1)), -1)
    grid[poses.quarter, *poses.cell.T] = np.arange(len(poses))
    free, blocked, chosen = grid[0] >= 0, np.zeros(len(poses), bool), []
    for _ in range(RECTANGLES):
        column, row, wide, high = largest_rectangle(free)
        if not wide:
            break
        for x, y, quarter in fill(wide - 1 + side[0], high - 1 + side[1], side):
            i, j = column + x, row + y
            pose = grid[quarter, i, j] if i < grid.shape[1] and j < grid.shape[2] else -1
            if pose >= 0 and not blocked[pose]:  # two parts of the ground may come near each other
                chosen.append(pose)
                blocked |= colliding(poses, pose)
        first = max(column - max(side) + 1, 0), max(row - max(side) + 1, 0)
        free[first[0] : column + wide - 1 + max(side), first[1] : row + high - 1 + max(side)] = False
    return np.array(sorted(chosen), np.int64)


def fill(width, height, side):
    """Lower left corners and quarter turns of boxes with two given sides in a rectangle, all in cells: the fullest way."""
    fullest = []
    for rule in RULES:
        work = rectpack.newPacker(rotation=True, sort_algo=rectpack.SORT_NONE, pack_algo=rule)
        work.add_bin(width, height)
        for _ in range(width * height // (side[0] * side[1])):
            work.add_rect(*side)
        work.pack()
        fullest = max(fullest, list(work[0]) if len(work) else [], key=len)
    return [(box.x, box.y, int((box.width, box.height) != tuple(side))) for box in fullest]


def cells(length_m, step_m):
    """Lattice steps that a length takes up."""
    return math.ceil((length_m - TOUCH_M) / step_m)


def largest_rectangle(free):
    """First column and row, and size, of the largest rectangle of true cells: the tallest bars over every row, one by one."""
    best, bars = (0, 0, 0, 0), np.zeros(free.shape[0], int)
    for row in range(free.shape[1]):
        bars = np.where(free[:, row], bars + 1, 0)
        open_ = []  # columns where a bar begins, with its height, the lowest first
        for column, height in enumerate([*bars.tolist(), 0]):
            start = column
            while open_ and open_[-1][1] >= height:
                start, high = open_.pop()
                if (column - start) * high > best[2] * best[3]:
                    best = (start, row - high + 1, column - start, high)
            open_.append((start, height))
    return best
