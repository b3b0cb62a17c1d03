#!/bin/sh
# Every op on scenes with pixels outside the data, beside a reference in numpy: NODATA_CASES for each op.
. tests/run/lib.sh

python=
for p in python3 /usr/bin/python3; do
    [ "$python" ] || ! $p -c 'import numpy; from osgeo import gdal' 2>/dev/null || python=$p
done
[ "$python" ] || {
    echo "nodata.sh: python3 has no numpy and osgeo.gdal (Debian: python3-numpy python3-gdal)" >&2
    exit 1
}
ok "results beside the reference's" "$python" tests/nodata/compare.py "${BUILD:-build}" "${NODATA_CASES:-1}" "${SEED:-1}"
finish
