#!/bin/sh
# Scenes of strips as wide as a scene and many times what --memory holds: smaller chunks, said so, within the memory.
. tests/run/lib.sh
find_python 'import numpy, osgeo.gdal'

$python - "$TMP" <<'END' || exit 1
import sys
import numpy
from osgeo import gdal
gdal.UseExceptions()
width, height, bands = 30000, 600, 3
rows = (numpy.arange(width) // 7 + numpy.arange(height)[:, None]).astype(numpy.uint16)
def make(name, options):
    scene = gdal.GetDriverByName("GTiff").Create(f"{sys.argv[1]}/{name}.tif", width, height, bands, gdal.GDT_UInt16, options)
    for b in range(bands):
        scene.GetRasterBand(b + 1).WriteArray(rows + b)
make("rows", ["BLOCKYSIZE=1"])
make("deflate", ["BLOCKYSIZE=1", "COMPRESS=DEFLATE", "ZLEVEL=1"])
make("one", [f"BLOCKYSIZE={height}"])
make("two", ["BLOCKYSIZE=300"])
make("large", [f"BLOCKYSIZE={height}", "COMPRESS=DEFLATE", "ZLEVEL=1", "INTERLEAVE=BAND"])
END
limit=150

# loud N ARG...: as ranks, but says on $TMP/stderr what it has to
loud() {
    n=$1
    shift
    timeout -k 5 "$LIMIT" mpirun -q -n "$n" "$TILERY" run --progress=lines --memory=${limit}M --report="$TMP/report.json" "$@" 2>"$TMP/stderr"
}
stays_within() {
    [ "$(jq "[.ranks[].amounts.peak_memory_bytes] | max <= $limit * 1048576" "$TMP/report.json")" = true ]
}
for scene in rows deflate one two; do
    for io in root shared; do
        ok "$scene $io" loud 2 --io=$io read "$TMP/$scene.tif" ! write "$TMP/$io.tif" --co COMPRESS=DEFLATE --co ZLEVEL=1 --overwrite
        ok "$scene $io says so" grep -q "^tilery: chunks are of .* to stay within --memory=150.0 MiB" "$TMP/stderr"
        ok "$scene $io memory" stays_within
    done
    ok "$scene pixels" same_pixels "$TMP/$scene.tif" "$TMP/root.tif"
    ok "$scene bytes" same_bytes "$TMP/root.tif" "$TMP/shared.tif"
done
limit=800
ok "enough memory" loud 2 read "$TMP/deflate.tif" ! write "$TMP/root.tif" --overwrite
ok "enough memory, nothing said" test "$(grep -c "chunks are of" "$TMP/stderr")" = 0
refused 2 2 "GDAL decodes whole blocks" --memory=100M read "$TMP/large.tif" ! write "$TMP/out.tif"
finish
