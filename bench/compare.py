"""How far two scenes are apart, in a few words: compare.py A B

SPDX-License-Identifier: MIT
"""
import sys

import numpy
from osgeo import gdal

gdal.UseExceptions()
ROWS = 512
a, b = (gdal.Open(path) for path in sys.argv[1:3])


def shape(scene):
    return f"{scene.RasterXSize} x {scene.RasterYSize} x {scene.RasterCount}"


if shape(a) != shape(b):
    print(f"is {shape(b)}, not {shape(a)}")
    sys.exit()
differing, largest = 0, 0
for y in range(0, a.RasterYSize, ROWS):
    rows = min(ROWS, a.RasterYSize - y)
    p, q = (scene.ReadAsArray(0, y, scene.RasterXSize, rows) for scene in (a, b))
    if not numpy.array_equal(p, q):
        apart = numpy.abs(p.astype(numpy.float64) - q)
        differing += int((apart > 0).sum())
        largest = max(largest, float(apart.max()))
pixels = a.RasterXSize * a.RasterYSize * a.RasterCount
print(f"{100 * differing / pixels:.2g} % differ, by {largest:.4g} at most" if differing else "equal")
