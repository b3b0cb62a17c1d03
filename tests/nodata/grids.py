"""grids.py - ops that move or resample pixels, near pixels outside the data, in float64.

SPDX-License-Identifier: MIT"""
import numpy as np

from rules import Expected, border_index, combine, stored, surround


def moved(scene, move):
    """Pixels that change places, each with its validity. All is by the reference."""
    valid = move(scene.valid)
    return Expected(valid, move(scene.values()), np.ones_like(valid))


def flip(args, scene):
    code = args.whole("flip-code", 0)
    axes = {0: (1,), 1: (2,), -1: (1, 2)}[(code > 0) - (code < 0)]
    return moved(scene, lambda plane: np.flip(plane, axes))


def crop(args, scene):
    x, y, width, height = (int(v) for v in args["window"].split(","))
    return moved(scene, lambda plane: plane[:, y : y + height, x : x + width])


def rotate(args, scene):
    turns = {"90": 3, "180": 2, "270": 1}[args["rotate-code"]]
    return moved(scene, lambda plane: np.rot90(plane, turns, (1, 2)))


def transpose(args, scene):
    return moved(scene, lambda plane: plane.transpose(0, 2, 1))


def beyond_is_valid(args, scene):
    """Whether the border's constant is inside the data."""
    return "border-value" in args or not scene.edge_outside


def copy_make_border(args, scene):
    sides = (args.whole(name, 0) for name in ("left", "right", "top", "bottom"))
    border = args.get("border-type", "constant")
    value = args.real("border-value", 0)
    values, valid = surround(scene, *sides, border, value, beyond_is_valid(args, scene))
    return Expected(valid, values, np.ones_like(valid))


def cubic(f):
    f = f.astype(np.float64)
    a = -0.75

    def outer(t):
        return ((a * t - 5 * a) * t + 8 * a) * t - 4 * a

    def inner(t):
        return ((a + 2) * t - (a + 3)) * t * t + 1

    weights = [outer(f + 1), inner(f), inner(1 - f)]
    return np.stack([*weights, 1 - sum(weights)], -1)


def lanczos(f):
    distance = f[:, None].astype(np.float64) + 3 - np.arange(8)
    weights = np.sinc(distance) * np.sinc(distance / 4)
    weights[np.abs(weights) < 1e-12] = 0  # at whole distances, but for rounding
    return weights / weights.sum(-1, keepdims=True)


def linear(f):
    return np.stack([1 - f, f], -1).astype(np.float64)


def axis_by_area(n_in, n_out, scale):
    """The part of each input pixel in an output pixel; less than a thousandth is left out."""
    indices, weights = [], []
    for i in range(n_out):
        start, end = i * scale, i * scale + scale
        share = min(scale, n_in - start)
        last = min(int(end), n_in - 1)
        first = min(int(np.ceil(start)), last)
        cells = [(first - 1, first - start)] if first - start > 1e-3 else []
        cells += [(k, 1.0) for k in range(first, last)]
        if end - last > 1e-3:
            cells.append((last, min(end - last, 1, share)))
        indices.append([k for k, _ in cells])
        weights.append([part / share for _, part in cells])
    most = max(len(cells) for cells in indices)
    index, weight = np.zeros((n_out, most), int), np.zeros((n_out, most))
    for i in range(n_out):
        index[i] = indices[i][0]
        index[i, : len(indices[i])], weight[i, : len(weights[i])] = indices[i], weights[i]
    return index, weight


def axis_by_position(kind, n_in, n_out, scale, factor, enlarges, is_x):
    """The pixels on both sides of an output pixel's place, which OpenCV finds in float32."""
    i = np.arange(n_out)
    if enlarges:
        at = np.floor(i * scale).astype(int)
        f = (i + 1 - (at + 1) * factor).astype(np.float32)
        f = np.where(f <= 0, np.float32(0), f - np.floor(f))
    else:
        place = ((i + 0.5) * scale - 0.5).astype(np.float32)
        at = np.floor(place).astype(int)
        f = place - at.astype(np.float32)
    if is_x and kind in ("linear", "area"):  # before the first pixel, it alone is seen
        f, at = np.where(at < 0, np.float32(0), f), np.maximum(at, 0)
    weights = {"cubic": cubic, "lanczos4": lanczos}.get(kind, linear)(f)
    first = at - weights.shape[1] // 2 + 1
    index = np.clip(first[:, None] + np.arange(weights.shape[1]), 0, n_in - 1)
    return index, weights


def resized(args, n_in):
    """(n_out, factor) of both axes, x first."""
    if "fx" in args:
        factors = [args.real("fx", 0), args.real("fy", args["fx"])]
        return [(int(np.rint(n * f)), f) for n, f in zip(n_in, factors)]
    if "max-size" in args:
        f = min(1.0, args.whole("max-size", 0) / max(n_in))
        sizes = [max(1, int(np.rint(n * f))) for n in n_in]
    else:
        sizes = args.size("dsize")
    return [(m, m / n) for m, n in zip(sizes, n_in)]


def resize(args, scene):
    kind = args.get("interpolation", "linear")
    n_in = scene.pixels.shape[2], scene.pixels.shape[1]
    axes = resized(args, n_in)
    scales = [1 / f for _, f in axes]
    if [n for n, _ in axes] == list(n_in):
        return moved(scene, lambda plane: plane)
    if kind == "nearest":
        x, y = (
            np.minimum((np.arange(n) * s).astype(int), m - 1)
            for (n, _), s, m in zip(axes, scales, n_in)
        )
        return moved(scene, lambda plane: plane[:, y[:, None], x])
    if kind == "linear" and scales == [2, 2]:
        kind = "area"
    enlarges = kind == "area" and min(scales) < 1
    taps = []
    for (n, factor), s, m, is_x in zip(axes, scales, n_in, [True, False]):
        if kind == "area" and not enlarges:
            taps.append(axis_by_area(m, n, s))
            continue
        index, weights = axis_by_position(kind, m, n, s, factor, enlarges, is_x)
        if scene.pixels.dtype == np.uint8:
            weights = np.rint(weights * 2048) / 2048
        taps.append((index, weights))
    (ix, wx), (iy, wy) = taps
    cx, cy = (
        np.minimum(((np.arange(n) + 0.5) * s).astype(int), m - 1)
        for (n, _), s, m in zip(axes, scales, n_in)
    )
    own = scene.values()[:, cy[:, None], cx], scene.valid[:, cy[:, None], cx]
    pixels, valid = (
        plane[:, iy[:, None, :, None], ix[None, :, None, :]]
        for plane in (scene.values(), scene.valid)
    )
    weights = wy[:, None, :, None] * wx[None, :, None, :]
    total, sees, nears = combine(pixels, valid, weights, own[0])
    slack = 1e-4 * np.abs(pixels).max() if kind == "lanczos4" else 1e-6 * np.abs(pixels).max()
    return Expected(own[1], total, sees, nears, slack)


def pyramid(scene, n_out, taps, middle, border):
    """taps(i): the first of the pixels (before borders) and the weights of output pixel i."""
    _, h, w = scene.pixels.shape
    indices, weights, middles = [], [], []
    for n, m in zip((w, h), n_out):
        index, weight = np.zeros((m, 5), int), np.zeros((m, 5))
        for i in range(m):
            first, own = taps(i)
            index[i] = border(np.clip(first + np.arange(5), first, first + len(own) - 1), n)
            weight[i, : len(own)] = own
        indices.append(index)
        weights.append(weight)
        middles.append(np.minimum([middle(i) for i in range(m)], n - 1))
    (ix, iy), (cx, cy) = indices, middles
    values, valid = (
        plane[:, iy[:, None, :, None], ix[None, :, None, :]]
        for plane in (scene.values(), scene.valid)
    )
    own, own_valid = (p[:, cy[:, None], cx] for p in (scene.values(), scene.valid))
    weight = weights[1][:, None, :, None] * weights[0][None, :, None, :]
    return Expected(own_valid, *combine(values, valid, weight, own))


def pyr_down(args, scene):
    _, h, w = scene.pixels.shape
    name = args.get("border-type", "reflect-101")
    return pyramid(
        scene,
        ((w + 1) // 2, (h + 1) // 2),
        lambda i: (2 * i - 2, np.array([1, 4, 6, 4, 1]) / 16),
        lambda i: 2 * i,
        lambda p, n: border_index(p, n, name),
    )


def pyr_up(args, scene):
    _, h, w = scene.pixels.shape

    def border(p, n):
        return np.where(p < 0, border_index(p, n, "reflect-101"), border_index(p, n, "replicate"))

    def taps(i):
        return (i // 2, np.ones(2) / 2) if i % 2 else (i // 2 - 1, np.array([1, 6, 1]) / 8)

    return pyramid(scene, (2 * w, 2 * h), taps, lambda i: (i + 1) // 2, border)


def inverse(m):
    """OpenCV's inverse of an affine map."""
    d = m[0] * m[4] - m[1] * m[3]
    d = 1 / d if d else 0.0
    a, b, c, e = m[4] * d, -m[1] * d, -m[3] * d, m[0] * d
    return [a, b, -a * m[2] - b * m[5], c, e, -c * m[2] - e * m[5]]


def warp_affine(args, scene):
    _, h, w = scene.pixels.shape
    width, height = args.size("dsize", f"{w}x{h}")
    border, value = args.get("border-type", "constant"), args.real("border-value", 0)
    value = stored(value, scene.pixels.dtype)
    m = args.matrix("m").ravel()
    m = m if args.flag("inverse-map") else inverse(m)
    x, y = np.arange(width)[None, :], np.arange(height)[:, None]

    def place(a, b, c, half):
        part = np.rint((b * y + c) * 1024) + np.rint(a * x * 1024) + half
        return part.astype(np.int64)

    def show(at_x, at_y):
        """Values and validity at these pixels."""
        ix, iy = border_index(at_x, w, border), border_index(at_y, h, border)
        beyond = (ix < 0) | (iy < 0)
        planes = (p[:, np.maximum(iy, 0), np.maximum(ix, 0)] for p in (scene.values(), scene.valid))
        fills = (value, beyond_is_valid(args, scene))
        return [np.where(beyond, fill, p) for p, fill in zip(planes, fills)]

    own, own_valid = show(place(*m[:3], 512) >> 10, place(m[3], m[4], m[5], 512) >> 10)
    if args.get("flags", "linear") == "nearest":
        return Expected(own_valid, own, np.ones_like(own_valid))
    px, py = place(*m[:3], 16) >> 5, place(m[3], m[4], m[5], 16) >> 5
    fx, fy = (px & 31) / 32, (py & 31) / 32
    at_x = (px >> 5)[..., None, None] + np.arange(2)[None, :]
    at_y = (py >> 5)[..., None, None] + np.arange(2)[:, None]
    weights = np.stack([1 - fy, fy], -1)[..., :, None] * np.stack([1 - fx, fx], -1)[..., None, :]
    return Expected(own_valid, *combine(*show(at_x, at_y), weights, own))
