#!/bin/sh
# Every codec: pixels that do not depend on ranks or on who writes; sparse outputs; what is refused.
. tests/run/lib.sh

"$GENERATE" "$TMP/in.tif" 600 500 UInt16 COMPRESS=DEFLATE BLOCKXSIZE=128 BLOCKYSIZE=128 || exit 1
gdal_translate -q -ot Byte -scale 0 400 0 255 "$TMP/in.tif" "$TMP/grey.tif" || exit 1
gdalbuildvrt -q -separate "$TMP/rgb.vrt" "$TMP/grey.tif" "$TMP/grey.tif" "$TMP/grey.tif" || exit 1
gdal_translate -q -scale_2 0 255 255 0 -scale_3 0 255 30 200 -colorinterp red,green,blue "$TMP/rgb.vrt" "$TMP/rgb.tif" || exit 1
gdal_translate -q -b 1 -b 2 -b 3 -b 1 -colorinterp red,green,blue,alpha "$TMP/rgb.tif" "$TMP/rgba.tif" || exit 1
tiles="--co BLOCKXSIZE=128 --co BLOCKYSIZE=128 --overwrite"

write_out() { # write_out N IO IN OUT NAME=VALUE...: the scene, blurred
    n=$1 io=$2 in=$3 out=$4
    shift 4
    options=
    for option in "$@"; do options="$options --co $option"; done
    # shellcheck disable=SC2086
    ranks "$n" --io="$io" --chunk 256 read "$in" ! blur --ksize=3 ! write "$out" $tiles $options
}

every_way() { # every_way IN OPTION...: 1 and 3 ranks, root and shared; the result is $TMP/a.tif
    in=$1
    shift
    ok "$*" write_out 0 root "$in" "$TMP/a.tif" "$@"
    for way in "3 root" "0 shared" "3 shared"; do
        # shellcheck disable=SC2086
        ok "$*, $way" write_out $way "$in" "$TMP/b.tif" "$@"
        ok "$*, $way: same pixels" same_pixels "$TMP/a.tif" "$TMP/b.tif"
    done
}

lossless() { # lossless IN OPTION...: the same pixels as without a codec
    ok "no codec" write_out 0 root "$1" "$TMP/plain.tif"
    every_way "$@"
    ok "$*: same pixels as without a codec" same_pixels "$TMP/plain.tif" "$TMP/a.tif"
}

# JPEG's blocks at the edge show what lies past it, which is GDAL's own affair: not compared.
inside() { # inside IN OUT
    gdal_translate -q -srcwin 0 0 576 480 "$1" "$2" || exit 1
}

like_gdal() { # like_gdal IN OPTION...: the same pixels as gdal_translate with the same options
    every_way "$@"
    ok "no codec" write_out 0 root "$1" "$TMP/plain.tif"
    shift
    options="-co TILED=YES -co BLOCKXSIZE=128 -co BLOCKYSIZE=128"
    for option in "$@"; do options="$options -co $option"; done
    # shellcheck disable=SC2086
    gdal_translate -q $options "$TMP/plain.tif" "$TMP/gdal.tif" || exit 1
    inside "$TMP/a.tif" "$TMP/mine.tif"
    inside "$TMP/gdal.tif" "$TMP/gdals.tif"
    ok "$*: same pixels as GDAL's" same_pixels "$TMP/gdals.tif" "$TMP/mine.tif"
    ok "$*: no warnings" quiet "$TMP/a.tif"
}

quiet() { # quiet FILE: GDAL reads it without a word
    [ -z "$(gdalinfo -checksum "$1" 2>&1 >"$TMP/stdout")" ]
}

for codec in NONE LZW DEFLATE ZSTD PACKBITS LZMA LERC LERC_DEFLATE LERC_ZSTD; do
    lossless "$TMP/in.tif" COMPRESS=$codec
done
lossless "$TMP/rgb.tif" COMPRESS=LERC_ZSTD ZSTD_LEVEL=1
lossless "$TMP/rgba.tif" COMPRESS=LERC_DEFLATE ZLEVEL=1
lossless "$TMP/rgba.tif" COMPRESS=WEBP WEBP_LOSSLESS=YES
like_gdal "$TMP/grey.tif" COMPRESS=JPEG JPEG_QUALITY=60
like_gdal "$TMP/rgb.tif" COMPRESS=JPEG PHOTOMETRIC=YCBCR JPEG_QUALITY=90 JPEGTABLESMODE=3
like_gdal "$TMP/rgb.tif" COMPRESS=JPEG JPEGTABLESMODE=0
like_gdal "$TMP/rgba.tif" COMPRESS=JPEG INTERLEAVE=BAND
like_gdal "$TMP/in.tif" COMPRESS=LERC MAX_Z_ERROR=3
every_way "$TMP/rgb.tif" COMPRESS=WEBP WEBP_LEVEL=60
ok "WEBP: no warnings" quiet "$TMP/a.tif"

# A grey stack that is not named red, green, blue becomes a picture as GDAL's driver has it.
write_out 1 root "$TMP/rgb.vrt" "$TMP/a.tif" COMPRESS=JPEG
ok "JPEG of unnamed bands: no warnings" quiet "$TMP/a.tif"

# What was written in any codec is read again as blobs.
for options in COMPRESS=LERC_ZSTD "COMPRESS=JPEG PHOTOMETRIC=YCBCR" COMPRESS=WEBP COMPRESS=LZMA; do
    # shellcheck disable=SC2086
    write_out 0 root "$TMP/rgb.tif" "$TMP/a.tif" $options
    ok "$options: read" ranks 2 --report "$TMP/report.json" read "$TMP/a.tif" ! write "$TMP/b.tif" --overwrite
    ok "$options: travels as blobs" test "$(jq -r .scene.way "$TMP/report.json")" = blobs
    ok "$options: same pixels" same_pixels "$TMP/a.tif" "$TMP/b.tif"
done

# NaN goes through LERC: GDAL's own files of several bands interleaved by pixel would be unreadable.
gdal_translate -q -ot Float32 -a_nodata nan -srcwin -100 -100 800 700 -b 1 -b 2 "$TMP/rgb.tif" "$TMP/nan.tif" 2>"$TMP/stderr" || exit 1
# shellcheck disable=SC2086
ok "LERC of NaN" ranks 2 read "$TMP/nan.tif" ! write "$TMP/a.tif" $tiles --co COMPRESS=LERC --co INTERLEAVE=BAND
ok "LERC of NaN: same pixels" same_pixels "$TMP/nan.tif" "$TMP/a.tif"

# Masks stay with every codec.
gdal_translate -q -b 1 -b 2 -b 3 -mask 4 --config GDAL_TIFF_INTERNAL_MASK YES "$TMP/rgba.tif" "$TMP/masked.tif" || exit 1
for codec in DEFLATE LERC JPEG WEBP; do
    # shellcheck disable=SC2086
    ok "mask with $codec" ranks 3 read "$TMP/masked.tif" ! write "$TMP/a.tif" $tiles --co COMPRESS=$codec
    gdal_translate -q -b mask "$TMP/masked.tif" "$TMP/mask.tif"
    gdal_translate -q -b mask "$TMP/a.tif" "$TMP/kept.tif"
    ok "mask with $codec is kept" same_pixels "$TMP/mask.tif" "$TMP/kept.tif"
done

# Sparse: a scene in a wide margin of nodata, nodata of 0 by default, and nothing but nodata.
size_of() {
    stat -c %s "$1"
}
sparse() { # sparse IN OPTION...: same pixels in fewer bytes than half
    in=$1
    shift
    ok "$*" write_out 0 root "$in" "$TMP/plain.tif" "$@"
    ok "$*: one rank" write_out 0 root "$in" "$TMP/a.tif" SPARSE_OK=YES "$@"
    for io in root shared; do
        ok "$*: sparse, $io" write_out 3 $io "$in" "$TMP/b.tif" SPARSE_OK=YES "$@"
        ok "$*: sparse, $io: same bytes" same_bytes "$TMP/a.tif" "$TMP/b.tif"
    done
    ok "$*: sparse has the same pixels" same_pixels "$TMP/plain.tif" "$TMP/a.tif"
    ok "$*: sparse is small" test "$(size_of "$TMP/a.tif")" -lt $(($(size_of "$TMP/plain.tif") * ${percent:-50} / 100))
}
margin() {
    gdal_translate -q -srcwin -700 -600 2000 1800 "$@" 2>"$TMP/stderr" || exit 1
}
margin -a_nodata 7 "$TMP/in.tif" "$TMP/seven.tif"
margin "$TMP/in.tif" "$TMP/zero.tif"
margin "$TMP/rgb.tif" "$TMP/zeros.tif"
sparse "$TMP/seven.tif"
sparse "$TMP/zero.tif"
sparse "$TMP/zeros.tif" INTERLEAVE=BAND
percent=100
sparse "$TMP/seven.tif" COMPRESS=DEFLATE
sparse "$TMP/zeros.tif" COMPRESS=JPEG
gdal_translate -q -scale 0 1 7 7 "$TMP/seven.tif" "$TMP/none.tif" || exit 1
percent=2
sparse "$TMP/none.tif"

# Tiles of one value are encoded once, and are the same as if they were not.
gdal_translate -q -scale 0 1 5 5 -a_nodata none "$TMP/zeros.tif" "$TMP/even.tif" || exit 1
for codec in ZSTD LERC_DEFLATE; do
    lossless "$TMP/even.tif" COMPRESS=$codec
done

out="write $TMP/out.tif"
# shellcheck disable=SC2086
{
    refused 2 1 "COMPRESS=JPEG is for uint8, not for uint16" read "$TMP/in.tif" ! $out --co COMPRESS=JPEG
    refused 2 3 "one or three bands" read "$TMP/rgba.tif" ! $out --co COMPRESS=JPEG
    refused 2 1 "LERC needs INTERLEAVE=BAND for float32" read "$TMP/nan.tif" ! $out --co COMPRESS=LERC
    refused 2 1 "COMPRESS=JXL" read "$TMP/in.tif" ! $out --co COMPRESS=JXL
    refused 2 1 "ZLEVEL needs COMPRESS=DEFLATE, LERC_DEFLATE" read "$TMP/in.tif" ! $out --co COMPRESS=LERC --co ZLEVEL=3
    refused 2 1 "WEBP needs three or four bands" read "$TMP/rgb.tif" ! $out --co COMPRESS=WEBP --co INTERLEAVE=BAND
    refused 2 1 "LERC needs TILED=YES" read "$TMP/in.tif" ! $out --co COMPRESS=LERC --co TILED=NO
    refused 2 1 "MAX_Z_ERROR=-1 is not a number from 0 on" read "$TMP/in.tif" ! $out --co COMPRESS=LERC --co MAX_Z_ERROR=-1
    refused 2 1 "PHOTOMETRIC=YCBCR needs COMPRESS=JPEG" read "$TMP/rgb.tif" ! $out --co PHOTOMETRIC=YCBCR
}
finish
