#!/bin/sh
# Makes the valid scenes among the seeds: tiny parts of tests/data/bahamas.tif, one for each codec and
# layout. Run it at the root of the tree.
set -eu
out=tests/fuzz/seeds/scene
part() { # part NAME OPTION...
    name=$1
    shift
    gdal_translate -q -srcwin 300 300 64 64 --config GDAL_PAM_ENABLED NO -mo AREA_OR_POINT=Area "$@" \
        tests/data/bahamas.tif "$out/valid-$name.tif"
}
tiles="-co TILED=YES -co BLOCKXSIZE=32 -co BLOCKYSIZE=32"
# shellcheck disable=SC2086 # options are meant to be split
{
    part deflate $tiles -co COMPRESS=DEFLATE -co PREDICTOR=2
    part separate $tiles -co COMPRESS=LZW -co INTERLEAVE=BAND
    part sparse $tiles -co SPARSE_OK=TRUE -co COMPRESS=DEFLATE -scale 0 1 0 0
    part strips -co COMPRESS=PACKBITS
    part plain -b 1 -outsize 32 32 -co ENDIANNESS=BIG -ot UInt16
    part float -b 1 $tiles -ot Float32 -co COMPRESS=DEFLATE -co PREDICTOR=3
    part jpeg $tiles -co COMPRESS=JPEG -co PHOTOMETRIC=YCBCR
    part zstd -b 1 -outsize 32 32 -co COMPRESS=ZSTD -co BIGTIFF=YES
    part lzma -b 1 -outsize 32 32 -co COMPRESS=LZMA
    part lerc -b 1 -outsize 32 32 -ot Float32 -co COMPRESS=LERC_DEFLATE
    part webp $tiles -co COMPRESS=WEBP
    part mask $tiles -co COMPRESS=DEFLATE -mask 1 --config GDAL_TIFF_INTERNAL_MASK YES -a_nodata none
    part bits -b 1 -outsize 32 32 -co NBITS=1
}
