"""What each op of the bench does to a block with OpenCV, for the peers that are Python scripts.

SPDX-License-Identifier: MIT
"""
from collections import namedtuple

import cv2

# halo: pixels needed around a block; shrink: the factor by which its sides become shorter; dtype:
# of the result, None for the input's; bands: of the result, None for the input's. Blocks come with
# their bands first, or with no such axis.
Op = namedtuple("Op", "function halo shrink dtype bands", defaults=(0, 1, None, 1))


def gaussian_threshold(block):
    smooth = cv2.GaussianBlur(block, (0, 0), 2)
    return cv2.threshold(smooth, 127, 255, cv2.THRESH_BINARY, dst=smooth)[1]


def sobel(block):
    dx = cv2.Sobel(block, cv2.CV_32F, 1, 0)
    return cv2.magnitude(dx, cv2.Sobel(block, cv2.CV_32F, 0, 1), magnitude=dx)


def opening(block):
    return cv2.morphologyEx(block, cv2.MORPH_OPEN, cv2.getStructuringElement(cv2.MORPH_RECT, (7, 7)))


OPS = {
    "copy": Op(lambda block: block, bands=None),
    "gaussian-threshold": Op(gaussian_threshold, halo=8),
    "median": Op(lambda block: cv2.medianBlur(block, 5), halo=2),
    "gray": Op(lambda block: cv2.cvtColor(cv2.merge(list(block)), cv2.COLOR_RGB2GRAY)),
    "sobel": Op(sobel, halo=1, dtype="float32"),
    "downscale": Op(lambda block: cv2.resize(block, None, fx=1 / 16, fy=1 / 16, interpolation=cv2.INTER_AREA), shrink=16),
    "opening": Op(opening, halo=6),
}


def profile(source, op, options):
    """The keywords with which rasterio makes the output of an op on scene `source`."""
    made = {
        "driver": "GTiff", "width": source.width // op.shrink, "height": source.height // op.shrink,
        "count": op.bands or source.count, "dtype": op.dtype or source.dtypes[0], "crs": source.crs,
        "transform": source.transform * source.transform.scale(op.shrink), "tiled": True, "blockxsize": 512, "blockysize": 512,
    }
    made.update(option.split("=") for option in options)
    return made
