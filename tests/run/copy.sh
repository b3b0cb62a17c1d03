#!/bin/sh
# `read A ! write B`: blobs are copied where nothing changes, and only there; pixels stay the same.
. tests/run/lib.sh

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

    # Tiles that are not stored.
    gdal_create -q -of GTiff -outsize 500 300 -bands 1 -ot Int16 -a_nodata -9 $tiles -co COMPRESS=DEFLATE -co SPARSE_OK=YES "$TMP/sparse.tif" >"$TMP/stdout" || exit 1
    copied "sparse to full" "$TMP/sparse.tif" $co --co COMPRESS=DEFLATE
    copied "sparse to sparse" "$TMP/sparse.tif" $co --co COMPRESS=DEFLATE --co SPARSE_OK=YES
    ok "stays sparse" test "$(stat -c %s "$TMP/c-root-1.tif")" -lt 6000
}
finish
