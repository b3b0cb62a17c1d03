"""filters.py - filters near pixels outside the data, in float64.

Each takes its parameters and the scene, and gives what is expected.
SPDX-License-Identifier: MIT"""
import numpy as np

from rules import Args, Expected, Scene, combine, stored, windows

# --- weighted sums --------------------------------------------------------------------------------


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


def blur(args, scene):
    width, height = args.size("ksize")
    share = 1 if args.get("normalize", "true") == "false" else width * height
    weights = np.full((height, width), 1 / share)
    return Filter(args, weights, *args.anchor(width, height)).apply(scene)


def sqr_box_filter(args, scene):
    squares = Scene(scene.pixels.astype(np.float64) ** 2, scene.valid)
    own = Args([])
    own.update(args)
    own["border-value"] = stored(args.real("border-value", 0), scene.pixels.dtype) ** 2
    return blur(own, squares)


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


def gaussian_blur(args, scene):
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


def filter_2d(args, scene):
    weights = args.matrix("kernel")
    height, width = weights.shape
    anchor = args.anchor(width, height)
    return Filter(args, weights, *anchor, args.real("delta", 0)).apply(scene)


def sep_filter_2d(args, scene):
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


def sobel(args, scene):
    ksize = args.whole("ksize", 3)
    if not args.flag("magnitude"):
        return derivative(args, scene, ksize, args.whole("dx", 1), args.whole("dy", 0))
    x, y = derivative(args, scene, ksize, 1, 0), derivative(args, scene, ksize, 0, 1)
    length = np.hypot(x.value, y.value)
    return Expected(scene.valid, length, x.sees | y.sees, x.nears | y.nears)


def scharr(args, scene):
    return derivative(args, scene, -1, args.whole("dx", 1), args.whole("dy", 0))


def laplacian(args, scene):
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
    sees = (flags > 0).any((-2, -1)) | ~valid.all((-2, -1))
    return Expected(scene.valid, value, sees, slack=slack)


def corner_harris(args, scene):
    k = args.real("k", 0.04)
    return corner(args, scene, lambda a, b, c: a * c - b * b - k * (a + c) ** 2)


def corner_min_eigen_val(args, scene):
    return corner(args, scene, lambda a, b, c: (a + c) / 2 - np.hypot((a - c) / 2, b))


def adaptive_threshold(args, scene):
    """The mean as blur or gaussian-blur makes it, rounded; NaN where it may round either way."""
    block = args.whole("block-size", 0)
    shares = np.full(block, 1 / block)
    if args.get("adaptive-method", "mean") == "gaussian":
        shares = gaussian_weights(block, 0)
    own = Args(["--border-type=replicate"])
    mean = centred(own, np.outer(shares, shares)).apply(scene)
    high = stored(args.real("max-value", 255), np.dtype(np.uint8))
    above = scene.values() - np.rint(mean.value)
    if args.get("threshold-type", "binary") == "binary":
        value = np.where(above > -np.ceil(args.real("c", 0)), high, 0.0)
    else:
        value = np.where(above <= -np.floor(args.real("c", 0)), high, 0.0)
    value[np.abs(mean.value - np.floor(mean.value) - 0.5) < 1e-4] = np.nan
    return Expected(scene.valid, value, mean.sees, mean.nears)


def bilateral_filter(args, scene):
    d = args.whole("d", 0)
    sigma_color, sigma_space = (
        s if s > 0 else 1.0 for s in (args.real("sigma-color", 0), args.real("sigma-space", 0))
    )
    r = max(1, d // 2 if d > 0 else int(np.rint(1.5 * sigma_space)))
    valid = np.repeat(scene.valid.all(0, keepdims=True), scene.pixels.shape[0], 0)
    border, value = args.get("border-type", "reflect-101"), args.real("border-value", 0)
    side = 2 * r + 1
    values, inside = windows(Scene(scene.pixels, valid), side, side, r, r, border, value)
    away = np.hypot(*np.mgrid[-r : r + 1, -r : r + 1])
    space = np.where(away <= r, np.exp(-(away**2) / (2 * sigma_space**2)), 0)
    own = np.where(valid, scene.pixels, 0).astype(np.float64)
    apart = np.abs(values - own[..., None, None]).sum(0)
    weights = inside * space * np.exp(-(apart**2) / (2 * sigma_color**2))
    total = np.maximum(weights.sum((-2, -1)), 1e-300)
    sees = (~inside & (space > 0)).any((-2, -1))
    slack = 1e-4 * np.abs(values).max()
    return Expected(valid, (weights * values).sum((-2, -1)) / total, sees, slack=slack)


# --- order ----------------------------------------------------------------------------------------


def median_blur(args, scene):
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


def erode(args, scene):
    found = extreme(args, scene, True).values()
    return Expected(scene.valid, found, np.ones_like(scene.valid))


def dilate(args, scene):
    found = extreme(args, scene, False).values()
    return Expected(scene.valid, found, np.ones_like(scene.valid))


def morphology_ex(args, scene):
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
