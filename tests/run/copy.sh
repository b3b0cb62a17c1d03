#!/bin/sh
# `read A ! write B`: blobs are copied where nothing changes, and only there; pixels stay the same.
. tests/run/lib.sh

find_python 'import osgeo.gdal'

in=$DATA/bahamas.tif
tiles="-co TILED=YES -co BLOCKXSIZE=128 -co BLOCKYSIZE=64"

# decoded N ARG...: how many blobs were decoded
decoded() {
    n=$1
    shift
    ranks "$n" --report="$TMP/report.json" "$@" --overwrite || exit 1
    jq '[.ranks[].amounts.blobs_decoded] | add' "$TMP/report.json"
}
copied() { # copied NAME SCENE OPTION...: with nothing decoded, in every way
    case=$1
    scene=$2
    shift 2
    rm -f "$TMP"/c-*.tif
    for io in root shared; do
        for n in 1 3; do
            ok "$case $io $n" test "$(decoded $n --io=$io read "$scene" ! write "$TMP/c-$io-$n.tif" "$@")" = 0
            ok "$case $io $n, pixels" same_pixels "$scene" "$TMP/c-$io-$n.tif"
            ok "$case $io $n, bytes" same_bytes "$TMP/c-root-1.tif" "$TMP/c-$io-$n.tif"
        done
    done
}
opened() { # opened NAME SCENE ARG...: decoded, as something changes
    case=$1
    scene=$2
    shift 2
    ok "$case" test "$(decoded 2 read "$scene" "$@")" -gt 0
}

# same_blobs A B: whether all tiles of the first level are the same bytes
same_blobs() {
    $python - "$1" "$2" <<'END'
import sys
from osgeo import gdal
def blobs(path):
    scene, found = gdal.Open(path), []
    with open(path, "rb") as file:
        for b in range(scene.RasterCount):
            band = scene.GetRasterBand(b + 1)
            width, height = band.GetBlockSize()
            for y in range(-(-scene.RasterYSize // height)):
                for x in range(-(-scene.RasterXSize // width)):
                    file.seek(int(band.GetMetadataItem(f"BLOCK_OFFSET_{x}_{y}", "TIFF")))
                    found.append(file.read(int(band.GetMetadataItem(f"BLOCK_SIZE_{x}_{y}", "TIFF"))))
    return found
sys.exit(blobs(sys.argv[1]) != blobs(sys.argv[2]))
END
}
differ() {
    ! same_blobs "$1" "$2"
}
# The overviews' checksums of the first band.
overviews() {
    $python - "$1" <<'END'
import sys
from osgeo import gdal
scene = gdal.Open(sys.argv[1])
band = scene.GetRasterBand(1)
print([band.GetOverview(i).Checksum() for i in range(band.GetOverviewCount())])
END
}
kept() { # kept NAME SCENE OPTION...: as the tiles of the first level, in every way; the overviews are those of its pixels
    case=$1
    scene=$2
    shift 2
    gdal_translate -q -of VRT "$scene" "$TMP/kept.vrt" || exit 1
    ranks 0 read "$TMP/kept.vrt" ! write "$TMP/vrt.tif" "$@" --overwrite || exit 1
    for io in root shared; do
        ranks 3 --io=$io read "$scene" ! write "$TMP/k-$io.tif" "$@" --overwrite || exit 1
        ok "$case $io" same_blobs "$scene" "$TMP/k-$io.tif"
    done
    ok "$case, bytes" same_bytes "$TMP/k-root.tif" "$TMP/k-shared.tif"
    ok "$case, pixels" same_pixels "$TMP/vrt.tif" "$TMP/k-root.tif"
    made=$(overviews "$TMP/k-root.tif")
    ok "$case, overviews" test "$made" -a "$made" = "$(overviews "$TMP/vrt.tif")"
}

co="--co BLOCKXSIZE=128 --co BLOCKYSIZE=64"
# shellcheck disable=SC2086 # options are words
for codec in NONE LZW DEFLATE ZSTD PACKBITS; do
    gdal_translate -q $tiles -co COMPRESS=$codec "$in" "$TMP/$codec.tif" || exit 1
    copied "$codec" "$TMP/$codec.tif" $co --co COMPRESS=$codec
done
# shellcheck disable=SC2086
{
    gdal_translate -q $tiles -co COMPRESS=DEFLATE -co PREDICTOR=2 -co INTERLEAVE=BAND -ot UInt16 "$in" "$TMP/apart.tif" || exit 1
    copied "bands apart" "$TMP/apart.tif" $co --co COMPRESS=DEFLATE --co PREDICTOR=2 --co INTERLEAVE=BAND
    gdal_translate -q -co COMPRESS=LZW -co BLOCKYSIZE=16 "$in" "$TMP/strips.tif" || exit 1
    copied "strips" "$TMP/strips.tif" --co TILED=NO --co BLOCKYSIZE=16 --co COMPRESS=LZW

    opened "another level" "$TMP/DEFLATE.tif" ! write "$TMP/o.tif" $co --co COMPRESS=DEFLATE --co ZLEVEL=9
    opened "another codec" "$TMP/DEFLATE.tif" ! write "$TMP/o.tif" $co --co COMPRESS=ZSTD
    ok "another codec, pixels" same_pixels "$in" "$TMP/o.tif"
    opened "another predictor" "$TMP/DEFLATE.tif" ! write "$TMP/o.tif" $co --co COMPRESS=DEFLATE --co PREDICTOR=2
    opened "other tiles" "$TMP/DEFLATE.tif" ! write "$TMP/o.tif" --co COMPRESS=DEFLATE
    opened "a window" "$TMP/DEFLATE.tif" --window=128,64,512,512 ! write "$TMP/o.tif" $co --co COMPRESS=DEFLATE
    opened "bands in another order" "$TMP/DEFLATE.tif" --bands=3,2,1 ! write "$TMP/o.tif" $co --co COMPRESS=DEFLATE
    opened "another type" "$TMP/DEFLATE.tif" ! write "$TMP/o.tif" $co --co COMPRESS=DEFLATE --ot=uint16
    opened "another nodata value" "$TMP/DEFLATE.tif" ! write "$TMP/o.tif" $co --co COMPRESS=DEFLATE --nodata=7
    opened "an op" "$TMP/DEFLATE.tif" ! blur --ksize=3 ! write "$TMP/o.tif" $co --co COMPRESS=DEFLATE
    opened "overviews" "$TMP/DEFLATE.tif" ! write "$TMP/o.tif" --co BLOCKXSIZE=64 --co BLOCKYSIZE=64 --overviews=average
    gdal_translate -q $tiles -co COMPRESS=DEFLATE -co ENDIANNESS=BIG -ot UInt16 "$in" "$TMP/big.tif" || exit 1
    opened "another byte order" "$TMP/big.tif" ! write "$TMP/o.tif" $co --co COMPRESS=DEFLATE
    ok "another byte order, pixels" same_pixels "$TMP/big.tif" "$TMP/o.tif"

    # With overviews the tiles of the first level are still the scene's.
    square="-co TILED=YES -co BLOCKXSIZE=64 -co BLOCKYSIZE=64"
    gdal_translate -q $square -co COMPRESS=DEFLATE -co ZLEVEL=9 "$in" "$TMP/nine.tif" || exit 1
    gdal_translate -q $square -co COMPRESS=LZW -co INTERLEAVE=BAND -a_nodata 0 "$in" "$TMP/lzw.tif" || exit 1
    kept "overviews" "$TMP/nine.tif" --co BLOCKXSIZE=64 --co BLOCKYSIZE=64 --co COMPRESS=DEFLATE --overviews=average
    ok "not as encoded anew" differ "$TMP/nine.tif" "$TMP/vrt.tif"
    kept "overviews, bands apart" "$TMP/lzw.tif" --co BLOCKXSIZE=64 --co BLOCKYSIZE=64 --co COMPRESS=LZW --co INTERLEAVE=BAND --overviews=mode
    kept "COG" "$TMP/nine.tif" --of=COG --co BLOCKSIZE=64 --co COMPRESS=DEFLATE
    kept "COG without overviews" "$TMP/nine.tif" --of=COG --co BLOCKSIZE=64 --co COMPRESS=DEFLATE --co OVERVIEWS=NONE
    ranks 2 read "$TMP/nine.tif" ! write "$TMP/level.tif" --of=COG --co BLOCKSIZE=64 --co COMPRESS=DEFLATE --co LEVEL=6 --overwrite || exit 1
    ok "another level, COG" differ "$TMP/nine.tif" "$TMP/level.tif"

    # Tiles that are not stored.
    gdal_create -q -of GTiff -outsize 500 300 -bands 1 -ot Int16 -a_nodata -9 $tiles -co COMPRESS=DEFLATE -co SPARSE_OK=YES "$TMP/sparse.tif" >"$TMP/stdout" || exit 1
    copied "sparse to full" "$TMP/sparse.tif" $co --co COMPRESS=DEFLATE
    copied "sparse to sparse" "$TMP/sparse.tif" $co --co COMPRESS=DEFLATE --co SPARSE_OK=YES
    ok "stays sparse" test "$(stat -c %s "$TMP/c-root-1.tif")" -lt 6000
}

# A damaged tile goes along unopened, and verification opens it.
"$GENERATE" "$TMP/damaged.tif" 700 700 Byte COMPRESS=DEFLATE TILED=YES BLOCKXSIZE=256 BLOCKYSIZE=256 || exit 1
size=$(stat -c %s "$TMP/damaged.tif") # which ends with a tile
head -c 300 /dev/zero | dd of="$TMP/damaged.tif" bs=1 seek=$((size - 400)) conv=notrunc status=none
co="--co COMPRESS=DEFLATE --co BLOCKXSIZE=256 --co BLOCKYSIZE=256"
# shellcheck disable=SC2086 # several words
{
    ok "a damaged tile is copied" ranks 2 read "$TMP/damaged.tif" ! write "$TMP/still.tif" $co
    refused 1 2 "verifying: the tile in row 2, column 2.*corrupt" --verify=100 read "$TMP/damaged.tif" ! write "$TMP/out.tif" $co
}
finish
