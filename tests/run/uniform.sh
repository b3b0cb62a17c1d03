#!/bin/sh
# Point pipelines over tiles of one value or not stored: computed once, and the same pixels as without that.
. tests/run/lib.sh
find_python 'import numpy, osgeo.gdal'

# Scenes of 64 x 64 blocks: noise, 7 (all alike), other plain values, and blocks that are not stored. Beside each a VRT, of which
# tilery sees no blobs.
$python - "$TMP" <<'END' || exit 1
import sys
import numpy
from osgeo import gdal
gdal.UseExceptions()
random = numpy.random.default_rng(20260101)

def make(name, bands, kind, options, nodata=None, plain=(3, 4)):
    size = (1000, 700)
    path = f"{sys.argv[1]}/{name}.tif"
    scene = gdal.GetDriverByName("GTiff").Create(path, *size, bands, kind, ["SPARSE_OK=TRUE", *options])
    if nodata is not None:
        for b in range(bands):
            scene.GetRasterBand(b + 1).SetNoDataValue(nodata)
    for i, y in enumerate(range(0, size[1], 64)):
        for k, x in enumerate(range(0, size[0], 64)):
            w, h = min(64, size[0] - x), min(64, size[1] - y)
            for b in range(bands):
                what = (i // plain[0] + k // plain[1]) % 4
                if what == 0:
                    block = numpy.full((h, w), 7 + b)
                elif what == 1 and i % 3 == 0:
                    block = random.integers(0, 200, (h, w))
                elif what == 2:
                    block = numpy.full((h, w), 20 * (k % 5))
                else:
                    continue
                scene.GetRasterBand(b + 1).WriteArray(block, x, y)
    scene = None
    gdal.Translate(path.replace(".tif", ".vrt"), path, format="VRT")

tiles = ["TILED=YES", "BLOCKXSIZE=64", "BLOCKYSIZE=64"]
make("byte", 1, gdal.GDT_Byte, [*tiles, "COMPRESS=DEFLATE"])
make("other", 1, gdal.GDT_Byte, [*tiles, "COMPRESS=LZW"])
make("plain", 1, gdal.GDT_Byte, tiles)
make("nodata", 3, gdal.GDT_Int16, [*tiles, "COMPRESS=DEFLATE", "PREDICTOR=2"], nodata=-9)
make("apart", 3, gdal.GDT_Float32, [*tiles, "COMPRESS=ZSTD", "INTERLEAVE=BAND"], nodata=float("nan"))
make("strips", 2, gdal.GDT_UInt16, ["BLOCKYSIZE=16", "COMPRESS=DEFLATE"], plain=(3, 100))
make("large", 1, gdal.GDT_Byte, ["TILED=YES", "BLOCKXSIZE=128", "BLOCKYSIZE=256", "COMPRESS=DEFLATE"], plain=(4, 4))
END
out=$TMP/o.tif

once() { # once: how many tiles of the last run were computed once
    jq '[.ranks[].amounts.uniform_tiles] | add' "$TMP/report.json"
}
# equal NAME LEAST SCENE WINDOW ARG...: at least LEAST tiles are computed once, the pixels are those of the VRT, the bytes the same in small
# chunks on two ranks
equal() {
    case=$1
    least=$2
    scene=$3
    window=$4
    shift 4
    # shellcheck disable=SC2086 # options are words
    {
        ranks 0 read "$TMP/$scene.vrt" $window ! "$@" ! write "$TMP/vrt.tif" $co --overwrite || exit 1
        ranks 0 --report="$TMP/report.json" read "$TMP/$scene.tif" $window ! "$@" ! write "$TMP/1.tif" $co --overwrite || exit 1
        ok "$case: once" test "$(once)" -ge "$least"
        ok "$case: pixels" same_pixels "$TMP/vrt.tif" "$TMP/1.tif"
        ranks 2 --io=shared --chunk=128x64 read "$TMP/$scene.tif" $window ! "$@" ! write "$out" $co --overwrite || exit 1
        ok "$case: bytes" same_bytes "$TMP/1.tif" "$out"
    }
}

tiles="--co BLOCKXSIZE=64 --co BLOCKYSIZE=64"
co="$tiles --co COMPRESS=DEFLATE"
equal "deflate" 60 byte "" threshold --thresh=10 --type=tozero
# shellcheck disable=SC2086
ranks 3 --io=root --division=columns read "$TMP/byte.tif" ! threshold --thresh=10 --type=tozero ! write "$out" $co --overwrite || exit 1
ok "columns" same_pixels "$TMP/1.tif" "$out"
equal "not compressed" 60 plain "" convert-to --type=int16 --alpha=-2
equal "two scenes" 40 byte "" add --with="$TMP/other.tif" ! threshold --thresh=14
equal "window on the grid" 20 byte --window=128,64,512,512 threshold --thresh=10
equal "window off the grid" 5 byte --window=100,30,800,600 threshold --thresh=10
equal "strips in" 5 strips "" add --value=3,4
equal "large tiles in" 20 large "" threshold --thresh=10
equal "nodata" 60 nodata "" add --value=3
equal "bands" 60 nodata --bands=3,1 pow --power=2
equal "across bands" 60 nodata "" extract-channel --coi=2
equal "bands apart, NaN" 60 apart "" convert-to --type=float64 --alpha=3
co="$tiles --co COMPRESS=DEFLATE --co SPARSE_OK=YES"
equal "nodata, sparse" 60 nodata "" add --value=3
co="$tiles --co COMPRESS=LZW --overviews=average"
equal "overviews" 60 byte "" threshold --thresh=10 --type=tozero
equal "overviews, nodata" 60 nodata "" add --value=3
co="--co BLOCKXSIZE=128 --co BLOCKYSIZE=128 --co COMPRESS=ZSTD --co INTERLEAVE=BAND"
equal "larger tiles out" 5 nodata "" add --value=3
co="--co TILED=NO --co BLOCKYSIZE=64 --co COMPRESS=DEFLATE"
equal "strips out" 0 byte "" threshold --thresh=10

# Not where a pixel is made of others, or of its place.
co=$tiles
for op in "blur --ksize=3" "flip --flip-code=1" "put-text --text={host} --org=3,20"; do
    # shellcheck disable=SC2086
    for scene in byte.tif byte.vrt; do
        out=$TMP/of-$scene.tif
        ranks 0 --chunk=128x128 --report="$TMP/report.json" read "$TMP/$scene" ! $op ! write "$out" $co --overwrite || exit 1
        ok "$op" test "$(once)" -eq 0
    done
    ok "$op: pixels" same_pixels "$TMP/of-byte.tif.tif" "$TMP/of-byte.vrt.tif"
done
finish
