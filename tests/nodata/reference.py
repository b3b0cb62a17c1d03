"""reference.py - what ops make of a scene with pixels outside the data (nodata), in float64.

Written from the rules (README, docs/decisions.md), not from the program: an output pixel is outside
where the input pixel at its place is; what lies beyond the scene's edge is inside, but for
warp-affine and copy-make-border without a value for it; a filter sees the pixels
inside only. Positive and negative weights are normalised apart, and where no pixel under the
weights of one sign is inside, the pixel in the middle stands for them.

SPDX-License-Identifier: MIT"""
import numpy as np

import filters
import grids
from rules import Args, Expected

OPS = {
    "adaptive-threshold": filters.adaptive_threshold,
    "bilateral-filter": filters.bilateral_filter,
    "blur": filters.blur,
    "box-filter": filters.blur,
    "copy-make-border": grids.copy_make_border,
    "corner-harris": filters.corner_harris,
    "corner-min-eigen-val": filters.corner_min_eigen_val,
    "crop": grids.crop,
    "dilate": filters.dilate,
    "erode": filters.erode,
    "filter-2d": filters.filter_2d,
    "flip": grids.flip,
    "gaussian-blur": filters.gaussian_blur,
    "laplacian": filters.laplacian,
    "median-blur": filters.median_blur,
    "morphology-ex": filters.morphology_ex,
    "pyr-down": grids.pyr_down,
    "pyr-up": grids.pyr_up,
    "resize": grids.resize,
    "rotate": grids.rotate,
    "scharr": filters.scharr,
    "sep-filter-2d": filters.sep_filter_2d,
    "sobel": filters.sobel,
    "sqr-box-filter": filters.sqr_box_filter,
    "transpose": grids.transpose,
    "warp-affine": grids.warp_affine,
}

COLOURS = ("rgb", "bgr", "rgba", "bgra", "gray")


def bands_moved(code):
    """Which band each output band is; None: they are mixed. A band of constants goes by band 0."""
    start, _, end = code.partition("2")
    if start not in COLOURS or end not in COLOURS or end == "gray":
        return None
    return [0 if start == "gray" else max(start.find(letter), 0) for letter in end]


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
    """What comes of the scene (and the other one, or None) where `out` is the result without
    nodata; None when this file does not know."""
    args = Args(words)
    if op in OPS:
        return OPS[op](args, scene)
    if op == "merge":
        return Expected(np.concatenate([scene.valid, other.valid]))
    if not by_single_pixels and op != "extract-channel":
        return None
    valid = scene.valid & other.valid if other else scene.valid
    return Expected(by_pixel(op, args, valid, out.shape[0]))
