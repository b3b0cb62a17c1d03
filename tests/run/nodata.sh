#!/bin/sh
# Every op on scenes with pixels outside the data, beside numpy: NODATA_CASES for each.
. tests/run/lib.sh

find_python 'import numpy; from osgeo import gdal'
ok "results beside the reference's" "$python" tests/nodata/compare.py "${BUILD:-build}" "${NODATA_CASES:-1}" "${SEED:-1}"
finish
