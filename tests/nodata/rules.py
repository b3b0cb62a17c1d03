"""rules.py - scenes with pixels outside the data, and what weighted sums make of them.

SPDX-License-Identifier: MIT"""
import numpy as np


class Scene:
    """Pixels and which of them are inside the data, both [band, y, x].

    edge_outside: it has a nodata value or a mask, so that what ops show of beyond its edge is
    outside, if they are given no value for it."""

    def __init__(self, pixels, valid, edge_outside=False):
        self.pixels, self.valid, self.edge_outside = pixels, valid, edge_outside

    def values(self):
        """In float64; those outside are 0, whatever they hold."""
        return np.where(self.valid, self.pixels, 0).astype(np.float64)


class Expected:
    """valid: which output pixels are inside the data.
    value: unrounded (NaN in integers: it may be any), where `sees` says that pixels outside took
    part; elsewhere the result is what it is without nodata. Where `nears`, pixels outside had no
    weight, so that either may stand.
    slack: how far the value may be off, beside what double and the output's type make."""

    def __init__(self, valid, value=None, sees=None, nears=None, slack=0.0):
        self.valid, self.value, self.slack = valid, value, slack
        self.sees = np.zeros_like(valid) if sees is None else sees
        self.nears = np.zeros_like(valid) if nears is None else nears & ~self.sees


# --- parameters -----------------------------------------------------------------------------------


class Args(dict):
    """The parameters as written: {'ksize': '3x5', 'magnitude': 'true'}."""

    def __init__(self, words):
        super().__init__()
        for word in words:
            name, _, value = word.removeprefix("--").partition("=")
            self[name] = value or "true"

    def real(self, name, preset):
        return float(self.get(name, preset))

    def whole(self, name, preset):
        return int(self.get(name, preset))

    def size(self, name, preset="0"):
        """(width, height)"""
        sides = [int(v) for v in str(self.get(name, preset)).split("x")]
        return sides[0], sides[-1]

    def flag(self, name):
        return self.get(name, "false") == "true"

    def matrix(self, name):
        return np.array([[float(v) for v in row.split(",")] for row in self[name].split(";")])

    def anchor(self, width, height):
        x, y = (int(v) for v in self.get("anchor", "-1,-1").split(","))
        return (width // 2 if x < 0 else x), (height // 2 if y < 0 else y)


# --- beyond the edge ------------------------------------------------------------------------------


def border_index(p, n, border):
    """The place in an axis of length n that stands for p; -1: the border's value does."""
    p = np.asarray(p)
    if border == "replicate":
        return np.clip(p, 0, n - 1)
    if border == "wrap":
        return p % n
    if border == "reflect":
        return np.minimum(p % (2 * n), 2 * n - 1 - p % (2 * n))
    if border == "reflect-101":
        if n == 1:
            return np.zeros_like(p)
        return np.minimum(p % (2 * n - 2), 2 * n - 2 - p % (2 * n - 2))
    return np.where((p < 0) | (p >= n), -1, p)


def stored(value, dtype):
    """The value as a pixel of that type."""
    if dtype.kind == "f":
        return float(dtype.type(value))
    info = np.iinfo(dtype)
    return float(np.clip(np.rint(value), info.min, info.max))


def take(plane, iy, ix, fill):
    """plane[:, iy, ix] for all pairs; `fill` where an index is -1."""
    out = plane[:, np.maximum(iy, 0)[:, None], np.maximum(ix, 0)[None, :]]
    return np.where((iy < 0)[:, None] | (ix < 0)[None, :], fill, out)


def surround(scene, left, right, up, down, border, value, value_valid=True):
    """Values and validity with that many pixels more on each side."""
    _, h, w = scene.pixels.shape
    iy = border_index(np.arange(-up, h + down), h, border)
    ix = border_index(np.arange(-left, w + right), w, border)
    value = stored(value, scene.pixels.dtype)
    return take(scene.values(), iy, ix, value), take(scene.valid, iy, ix, value_valid)


def windows(scene, width, height, left, up, border, value):
    """Values and validity [band, y, x, j, i] of the pixels around each."""
    around = surround(scene, left, width - 1 - left, up, height - 1 - up, border, value)
    return [np.lib.stride_tricks.sliding_window_view(a, (height, width), (1, 2)) for a in around]


# --- weighted sums --------------------------------------------------------------------------------


def combine(values, valid, weights, middle):
    """The sum over the last two axes, of the pixels inside; and Expected's sees and nears."""
    total = np.zeros(middle.shape)
    for part in (np.maximum(weights, 0), np.minimum(weights, 0)):
        part = np.broadcast_to(part, values.shape)
        some = (valid & (part != 0)).any((-2, -1))
        inside = np.where(some, (part * valid).sum((-2, -1)), 1)
        summed = (part * valid * values).sum((-2, -1))
        everything = part.sum((-2, -1))
        total += np.where(some, summed * (everything / inside), everything * middle)
    sees = (~valid & (weights != 0)).any((-2, -1))
    nears = (~valid & (weights == 0)).any((-2, -1))
    return total, sees, nears
