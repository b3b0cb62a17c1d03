"""reference.py - what ops make of a scene with pixels outside the data (nodata), in float64.

Written from the rules (README, docs/decisions.md), not from the program: an output pixel is outside
where the input pixel at its place is; what lies beyond the scene's edge is inside; a filter sees
the pixels inside only. Positive and negative weights are normalised apart, and where no pixel under
the weights of one sign is inside, the pixel in the middle stands for them.

SPDX-License-Identifier: MIT"""
import numpy as np


class Scene:
    """Pixels and which of them are inside the data, both [band, y, x]."""

    def __init__(self, pixels, valid):
        self.pixels, self.valid = pixels, valid

    def values(self):
        """In float64; those outside are 0, whatever they hold."""
        return np.where(self.valid, self.pixels, 0).astype(np.float64)


class Expected:
    """valid: which output pixels are inside the data.
    value: unrounded, where `sees` says that pixels outside took part; elsewhere the result is what it
    is without nodata. Where `nears`, pixels outside had no weight, so that either may stand.
    slack: how far the value may be off, beside what double and the output's type make."""

    def __init__(self, valid, value=None, sees=None, nears=None, slack=0.0):
        self.valid, self.value, self.slack = valid, value, slack
        self.sees = np.zeros_like(valid) if sees is None else sees
        self.nears = np.zeros_like(valid) if nears is None else nears & ~self.sees


# --- parameters ---------------------------------------------------------------------------------------


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


# --- beyond the edge ------------------------------------------------------------------------------------


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


def surround(scene, left, right, up, down, border, value):
    """Values and validity with that many pixels more on each side."""
    _, h, w = scene.pixels.shape
    iy = border_index(np.arange(-up, h + down), h, border)
    ix = border_index(np.arange(-left, w + right), w, border)
    value = stored(value, scene.pixels.dtype)
    return take(scene.values(), iy, ix, value), take(scene.valid, iy, ix, True)


def windows(scene, width, height, left, up, border, value):
    """Values and validity [band, y, x, j, i] of the pixels around each."""
    around = surround(scene, left, width - 1 - left, up, height - 1 - up, border, value)
    return [np.lib.stride_tricks.sliding_window_view(a, (height, width), (1, 2)) for a in around]


# --- weighted sums --------------------------------------------------------------------------------------


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


class Filter:
    """Weights, the place of the pixel itself among them, and what lies beyond the edge."""

    def __init__(self, args, weights, left, up, delta=0.0):
        self.weights, self.left, self.up, self.delta = weights, left, up, delta
        self.border = args.get("border-type", "reflect-101")
        self.value = args.real("border-value", 0)

    def apply(self, scene):
        height, width = self.weights.shape
        values, valid = windows(
            scene, width, height, self.left, self.up, self.border, self.value
        )
        total, sees, nears = combine(values, valid, self.weights, scene.values())
        return Expected(scene.valid, total + self.delta, sees, nears)


def centred(args, weights, delta=0.0):
    height, width = weights.shape
    return Filter(args, weights, width // 2, height // 2, delta)


def blur(args, scene, out):
    width, height = args.size("ksize")
    share = 1 if args.get("normalize", "true") == "false" else width * height
    weights = np.full((height, width), 1 / share)
    return Filter(args, weights, *args.anchor(width, height)).apply(scene)


def sqr_box_filter(args, scene, out):
    squares = Scene(scene.pixels.astype(np.float64) ** 2, scene.valid)
    return blur(args, squares, out)


def gaussian_weights(n, sigma):
    small = {
        1: [1],
        3: [0.25, 0.5, 0.25],
        5: [0.0625, 0.25, 0.375, 0.25, 0.0625],
        7: [0.03125, 0.109375, 0.21875, 0.28125, 0.21875, 0.109375, 0.03125],
        9: np.array([4, 13, 30, 51, 60, 51, 30, 13, 4]) / 256,
    }
    if sigma <= 0 and n in small:
        return np.array(small[n])
    if sigma <= 0:
        sigma = 0.15 * n + 0.35
    weights = np.exp(-((np.arange(n) - (n - 1) / 2) ** 2) / (2 * sigma * sigma))
    return weights / weights.sum()


def gaussian_blur(args, scene, out):
    sigma_x = args.real("sigma-x", 0)
    sigma_y = args.real("sigma-y", 0)
    sigma = [sigma_x, sigma_y if sigma_y > 0 else sigma_x]
    n = list(args.size("ksize"))
    reach = 3 if scene.pixels.dtype == np.uint8 else 4
    for axis in (0, 1):
        if scene.pixels.shape[2 - axis] == 1 and args.get("border-type") != "constant":
            n[axis] = 1
        elif n[axis] == 0:
            n[axis] = int(np.rint(sigma[axis] * reach * 2 + 1)) | 1
    x, y = (gaussian_weights(n[axis], sigma[axis]) for axis in (0, 1))
    return centred(args, np.outer(y, x)).apply(scene)


def filter_2d(args, scene, out):
    weights = args.matrix("kernel")
    height, width = weights.shape
    anchor = args.anchor(width, height)
    return Filter(args, weights, *anchor, args.real("delta", 0)).apply(scene)


def sep_filter_2d(args, scene, out):
    x, y = args.matrix("kernel-x").ravel(), args.matrix("kernel-y").ravel()
    anchor = args.anchor(len(x), len(y))
    return Filter(args, np.outer(y, x), *anchor, args.real("delta", 0)).apply(scene)


def sobel_taps(ksize, order):
    if ksize == -1:
        return np.array([-1.0, 0, 1]) if order else np.array([3.0, 10, 3])
    taps = np.ones(1)
    n = 3 if ksize == 1 and order else ksize
    for i in range(n - 1):
        taps = np.convolve(taps, [-1, 1] if i >= n - 1 - order else [1, 1])
    return taps


def derivative(args, scene, ksize, dx, dy):
    weights = np.outer(sobel_taps(ksize, dy), sobel_taps(ksize, dx)) * args.real("scale", 1)
    return centred(args, weights, args.real("delta", 0)).apply(scene)


def sobel(args, scene, out):
    ksize = args.whole("ksize", 3)
    if not args.flag("magnitude"):
        return derivative(args, scene, ksize, args.whole("dx", 1), args.whole("dy", 0))
    x, y = derivative(args, scene, ksize, 1, 0), derivative(args, scene, ksize, 0, 1)
    length = np.hypot(x.value, y.value)
    return Expected(scene.valid, length, x.sees | y.sees, x.nears | y.nears)


def scharr(args, scene, out):
    return derivative(args, scene, -1, args.whole("dx", 1), args.whole("dy", 0))


def laplacian(args, scene, out):
    ksize = args.whole("ksize", 1)
    if ksize == 1:
        weights = np.array([[0.0, 1, 0], [1, -4, 1], [0, 1, 0]])
    elif ksize == 3:
        weights = np.array([[2.0, 0, 2], [0, -8, 0], [2, 0, 2]])
    else:
        second, smooth = sobel_taps(ksize, 2), sobel_taps(ksize, 0)
        weights = np.outer(smooth, second) + np.outer(second, smooth)
    return centred(args, weights * args.real("scale", 1), args.real("delta", 0)).apply(scene)


def corner(args, scene, respond):
    """Gradients at the pixels inside only, which stand for those of the whole block."""
    block, ksize = args.whole("block-size", 0), args.whole("ksize", 3)
    border = args.get("border-type", "reflect-101")
    range_of_type = 255 if scene.pixels.dtype == np.uint8 else 1
    longer = 2.0 ** (2 if ksize == -1 else ksize - 1) * (2 if ksize == -1 else 1)
    own = Args([f"--border-type={border}"])
    own["scale"] = 1 / (longer * block * range_of_type)
    x, y = derivative(own, scene, ksize, 1, 0), derivative(own, scene, ksize, 0, 1)
    seen, sums = x.sees | x.nears | y.sees | y.nears, []
    for product in (x.value * x.value, x.value * y.value, y.value * y.value):
        half = block // 2
        around = Scene(np.where(scene.valid, product, 0), scene.valid)
        values, valid = windows(around, block, block, half, half, border, 0)
        n = np.maximum(valid.sum((-2, -1)), 1)
        sums.append((values * valid).sum((-2, -1)) * (block * block / n))
    seen = Scene(seen.astype(np.uint8), np.ones_like(seen))
    flags = windows(seen, block, block, half, half, border, 0)[0]
    value = respond(*sums)
    slack = 1e-5 * np.maximum(np.abs(value), respond(sums[0] + sums[2], 0, sums[0] + sums[2]))
    return Expected(scene.valid, value, (flags > 0).any((-2, -1)) | ~valid.all((-2, -1)), slack=slack)


def corner_harris(args, scene, out):
    k = args.real("k", 0.04)
    return corner(args, scene, lambda a, b, c: a * c - b * b - k * (a + c) ** 2)


def corner_min_eigen_val(args, scene, out):
    return corner(args, scene, lambda a, b, c: (a + c) / 2 - np.hypot((a - c) / 2, b))


# --- order ----------------------------------------------------------------------------------------------


def median_blur(args, scene, out):
    k, _ = args.size("ksize")
    values, valid = windows(scene, k, k, k // 2, k // 2, "replicate", 0)
    shown = np.where(valid, values, np.nan).reshape(*scene.pixels.shape, -1)
    shown = np.where(scene.valid[..., None], shown, 0)
    return Expected(scene.valid, np.nanmedian(shown, -1), ~valid.all((-2, -1)))


def element(args):
    """The cells of a structuring element."""
    width, height = args.size("ksize", "3")
    shape = args.get("shape", "rect")
    if "kernel" in args:
        return args.matrix("kernel") != 0
    cells = np.ones((height, width), bool)
    if shape == "cross":
        cells[:] = False
        cells[height // 2, :] = cells[:, width // 2] = True
    if shape == "ellipse":
        r, c = height // 2, width // 2
        for i in range(height):
            part = (r * r - (i - r) ** 2) / (r * r) if r else 0
            dx = int(np.rint(c * np.sqrt(part))) if part >= 0 else -1
            cells[i] = [c - dx <= x <= c + dx for x in range(width)]
    return cells


def extreme(args, scene, erodes):
    """The least or the largest pixel inside; a rectangle many times is one larger rectangle."""
    cells = element(args)
    anchor = args.anchor(cells.shape[1], cells.shape[0])
    times = args.whole("iterations", 1)
    dtype = scene.pixels.dtype
    info = np.finfo(dtype) if dtype.kind == "f" else np.iinfo(dtype)
    neutral = float(info.max if erodes else info.min)
    if cells.all():
        cells = np.ones([(side - 1) * times + 1 for side in cells.shape], bool)
        anchor, times = [a * times for a in anchor], 1
    for _ in range(times):
        values, valid = windows(
            scene,
            cells.shape[1],
            cells.shape[0],
            *anchor,
            args.get("border-type", "constant"),
            args.real("border-value", neutral),
        )
        shown = np.where(valid & cells, values, neutral)
        found = (shown.min if erodes else shown.max)((-2, -1))
        scene = Scene(found.astype(dtype), scene.valid)
    return scene


def erode(args, scene, out):
    found = extreme(args, scene, True).values()
    return Expected(scene.valid, found, np.ones_like(scene.valid))


def dilate(args, scene, out):
    found = extreme(args, scene, False).values()
    return Expected(scene.valid, found, np.ones_like(scene.valid))


def morphology_ex(args, scene, out):
    op = args.get("op", "open")

    def pair(first):
        return extreme(args, extreme(args, scene, first), not first).values()

    own = scene.values()
    results = {
        "erode": lambda: extreme(args, scene, True).values(),
        "dilate": lambda: extreme(args, scene, False).values(),
        "open": lambda: pair(True),
        "close": lambda: pair(False),
        "gradient": lambda: extreme(args, scene, False).values()
        - extreme(args, scene, True).values(),
        "tophat": lambda: own - pair(True),
        "blackhat": lambda: pair(False) - own,
    }
    if op not in results:
        return None
    return Expected(scene.valid, results[op](), np.ones_like(scene.valid))


# --- another grid ---------------------------------------------------------------------------------------


def moved(scene, move):
    """Pixels that change places, each with its validity. All is by the reference."""
    valid = move(scene.valid)
    return Expected(valid, move(scene.values()), np.ones_like(valid))


def flip(args, scene, out):
    code = args.whole("flip-code", 0)
    axes = {0: (1,), 1: (2,), -1: (1, 2)}[(code > 0) - (code < 0)]
    return moved(scene, lambda plane: np.flip(plane, axes))


def rotate(args, scene, out):
    turns = {"90": 3, "180": 2, "270": 1}[args["rotate-code"]]
    return moved(scene, lambda plane: np.rot90(plane, turns, (1, 2)))


def transpose(args, scene, out):
    return moved(scene, lambda plane: plane.transpose(0, 2, 1))


def copy_make_border(args, scene, out):
    sides = (args.whole(name, 0) for name in ("left", "right", "top", "bottom"))
    border = args.get("border-type", "constant")
    values, valid = surround(scene, *sides, border, args.real("border-value", 0))
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


def resize(args, scene, out):
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


def pyr_down(args, scene, out):
    _, h, w = scene.pixels.shape
    name = args.get("border-type", "reflect-101")
    return pyramid(
        scene,
        ((w + 1) // 2, (h + 1) // 2),
        lambda i: (2 * i - 2, np.array([1, 4, 6, 4, 1]) / 16),
        lambda i: 2 * i,
        lambda p, n: border_index(p, n, name),
    )


def pyr_up(args, scene, out):
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


def warp_affine(args, scene, out):
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
        return [np.where(beyond, fill, p) for p, fill in zip(planes, (value, True))]

    own, own_valid = show(place(*m[:3], 512) >> 10, place(m[3], m[4], m[5], 512) >> 10)
    if args.get("flags", "linear") == "nearest":
        return Expected(own_valid, own, np.ones_like(own_valid))
    px, py = place(*m[:3], 16) >> 5, place(m[3], m[4], m[5], 16) >> 5
    fx, fy = (px & 31) / 32, (py & 31) / 32
    at_x = (px >> 5)[..., None, None] + np.arange(2)[None, :]
    at_y = (py >> 5)[..., None, None] + np.arange(2)[:, None]
    weights = np.stack([1 - fy, fy], -1)[..., :, None] * np.stack([1 - fx, fx], -1)[..., None, :]
    return Expected(own_valid, *combine(*show(at_x, at_y), weights, own))


# --- all ops --------------------------------------------------------------------------------------------

FILTERS = {
    "blur": blur,
    "box-filter": blur,
    "copy-make-border": copy_make_border,
    "corner-harris": corner_harris,
    "corner-min-eigen-val": corner_min_eigen_val,
    "dilate": dilate,
    "erode": erode,
    "filter-2d": filter_2d,
    "flip": flip,
    "gaussian-blur": gaussian_blur,
    "laplacian": laplacian,
    "median-blur": median_blur,
    "morphology-ex": morphology_ex,
    "pyr-down": pyr_down,
    "pyr-up": pyr_up,
    "resize": resize,
    "rotate": rotate,
    "scharr": scharr,
    "sep-filter-2d": sep_filter_2d,
    "sobel": sobel,
    "sqr-box-filter": sqr_box_filter,
    "transpose": transpose,
    "warp-affine": warp_affine,
}

COLOURS = ("rgb", "bgr", "rgba", "bgra", "gray")


def bands_moved(code):
    """Which band each output band is; None when they are mixed. A band of constants goes by band 0."""
    start, _, end = code.partition("2")
    if start not in COLOURS or end not in COLOURS or end == "gray":
        return None
    return [max(start.find(letter), 0) for letter in end]


def by_pixel(op, args, valid, n_out):
    """The validity of an op on single pixels: each band's own, or of all bands together."""
    if op == "extract-channel":
        return valid[[args.whole("coi", 0)]]
    if op == "cvt-color" and bands_moved(args["code"]):
        return valid[bands_moved(args["code"])]
    if op in ("cvt-color", "in-range") or n_out != valid.shape[0]:
        return np.repeat(valid.all(0, keepdims=True), n_out, 0)
    return valid


def expect(op, by_single_pixels, words, scene, other, out):
    """What comes of the scene (and the other one, or None) where `out` is the result without nodata;
    None when this file does not know."""
    args = Args(words)
    if op in FILTERS:
        return FILTERS[op](args, scene, out)
    if op == "merge":
        return Expected(np.concatenate([scene.valid, other.valid]))
    if not by_single_pixels and op != "extract-channel":
        return None
    valid = scene.valid & other.valid if other else scene.valid
    return Expected(by_pixel(op, args, valid, out.shape[0]))
