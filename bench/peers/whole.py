"""A plain script of GDAL and OpenCV: the whole image in memory, all threads of both.

    whole.py OP IN OUT [K=V ...]      without arguments: its version and ops
SPDX-License-Identifier: MIT
"""
import os
import sys

import cv2
from osgeo import gdal, gdal_array

from blocks import OPS

gdal.UseExceptions()
threads = os.environ.get("THREADS", "2")


def main(name, path, out, *options):
    op = OPS[name]
    cv2.setNumThreads(int(threads))
    gdal.SetConfigOption("GDAL_NUM_THREADS", threads)
    source = gdal.OpenEx(path, gdal.OF_RASTER, open_options=["NUM_THREADS=" + threads])
    image = op.function(source.ReadAsArray())
    made = ["TILED=YES", "BLOCKXSIZE=512", "BLOCKYSIZE=512", "NUM_THREADS=" + threads, *options]
    target = gdal.GetDriverByName("GTiff").Create(
        out, image.shape[-1], image.shape[-2], op.bands or source.RasterCount,
        gdal_array.NumericTypeCodeToGDALTypeCode(image.dtype), made)
    target.SetProjection(source.GetProjection())
    x, dx, skew_x, y, skew_y, dy = source.GetGeoTransform()
    target.SetGeoTransform((x, dx * op.shrink, skew_x, y, skew_y, dy * op.shrink))
    target.WriteArray(image)
    target.FlushCache()


if len(sys.argv) == 1:
    print(f"GDAL {gdal.__version__}, OpenCV {cv2.__version__}")
    print(*OPS)
else:
    main(*sys.argv[1:])
