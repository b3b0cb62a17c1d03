"""The main job as a script of GDAL and OpenCV does it: whole image, all threads. For bench.sh.

    gdal_cv2.py IN OUT THRESH THREADS [CO ...]
SPDX-License-Identifier: MIT
"""
import sys

import cv2
from osgeo import gdal

gdal.UseExceptions()
source, target, thresh, threads = sys.argv[1:5]
cv2.setNumThreads(int(threads))
gdal.SetConfigOption("GDAL_NUM_THREADS", threads)
scene = gdal.OpenEx(source, gdal.OF_RASTER, open_options=["NUM_THREADS=" + threads])
image = scene.ReadAsArray()
image = cv2.GaussianBlur(image, (0, 0), 2)
_, image = cv2.threshold(image, float(thresh), 255, cv2.THRESH_BINARY, dst=image)
band = scene.GetRasterBand(1)
out = gdal.GetDriverByName("GTiff").Create(
    target, scene.RasterXSize, scene.RasterYSize, 1, band.DataType,
    ["TILED=YES", "BLOCKXSIZE=512", "BLOCKYSIZE=512", "NUM_THREADS=" + threads] + sys.argv[5:])
out.SetProjection(scene.GetProjection())
out.SetGeoTransform(scene.GetGeoTransform())
out.GetRasterBand(1).WriteArray(image)
out.FlushCache()
