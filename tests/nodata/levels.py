"""Scenes with masks, and the levels of two files beside each other.

levels.py make PATH WIDTH HEIGHT TYPE BANDS   random pixels (0 among them), a disk of ragged data
levels.py same A B [FIRST LAST]   fails unless masks are equal at the levels FIRST to LAST (0: the file
                                  itself; all when left out), and pixels are where the masks show them
levels.py masks A B               the same of masks alone
SPDX-License-Identifier: MIT"""
import sys

import numpy as np
from osgeo import gdal

gdal.UseExceptions()


def make(path, width, height, type_name, bands):
    width, height, bands = int(width), int(height), int(bands)
    random = np.random.RandomState(width + height + bands)
    gdal.SetConfigOption("GDAL_TIFF_INTERNAL_MASK", "YES")
    scene = gdal.GetDriverByName("GTiff").Create(
        path, width, height, bands, gdal.GetDataTypeByName(type_name), ["COMPRESS=DEFLATE", "TILED=YES"])
    scene.SetGeoTransform([500000, 10, 0, 4600000, 0, -10])
    y, x = np.mgrid[:height, :width]
    for b in range(bands):
        pixels = (x + y * (b + 1)) // 4 % 256 + random.randint(-20, 20, (height, width))
        scene.GetRasterBand(b + 1).WriteArray(pixels.clip(0, 255))
    disk = (x - width / 2) ** 2 + (y - height / 2) ** 2 < (0.4 * min(width, height)) ** 2
    scene.CreateMaskBand(gdal.GMF_PER_DATASET)
    valid = disk & (random.rand(height, width) > 0.3)
    scene.GetRasterBand(1).GetMaskBand().WriteArray(valid.astype(np.uint8) * 255)


def levels(scene):
    """For each level its bands."""
    bands = [scene.GetRasterBand(b + 1) for b in range(scene.RasterCount)]
    yield bands
    for k in range(bands[0].GetOverviewCount()):
        yield [b.GetOverview(k) for b in bands]


def compare(a, b, first=0, last=-1, pixels=True):
    scenes = [gdal.Open(a), gdal.Open(b)]
    both = list(zip(*(list(levels(s)) for s in scenes)))
    counts = [len(list(levels(s))) for s in scenes]
    last = int(last)
    if last < 0 and counts[0] != counts[1] or last >= min(counts):
        sys.exit(f"{counts[0]} and {counts[1]} levels")
    for k in range(int(first), (last if last >= 0 else counts[0] - 1) + 1):
        if any(band.GetMaskFlags() != gdal.GMF_PER_DATASET for band in (both[k][0][0], both[k][1][0])):
            sys.exit(f"level {k} has no mask")
        masks = [bands[0].GetMaskBand().ReadAsArray() for bands in both[k]]
        if not np.array_equal(*masks):
            sys.exit(f"level {k}: {np.sum(masks[0] != masks[1])} pixels of the masks differ")
        for n, pair in enumerate(zip(*both[k]) if pixels else ()):
            values = [band.ReadAsArray() for band in pair]
            differ = (values[0] != values[1]) & (masks[0] != 0)
            if differ.any():
                y, x = np.argwhere(differ)[0]
                sys.exit(f"level {k}, band {n + 1}: {differ.sum()} pixels differ, first at {x},{y}: "
                         f"{values[0][y, x]} and {values[1][y, x]}")


if __name__ == "__main__":
    what, *words = sys.argv[1:]
    if what == "make":
        make(*words)
    elif what == "masks":
        compare(*words, pixels=False)
    else:
        compare(*words)
