#!/bin/sh
# Overviews and COG of scenes with a mask: a mask at every level, each tile of it behind that of its pixels,
# overviews of the pixels it shows; the same bytes for all ranks and either --io.
. tests/run/lib.sh

find_python 'import numpy, osgeo_utils.samples.validate_cloud_optimized_geotiff'
levels() {
    "$python" tests/nodata/levels.py "$@"
}
in=$TMP/in.tif
levels make "$in" 640 512 Byte 3 || exit 1
tiles="--co BLOCKXSIZE=128 --co BLOCKYSIZE=128"

same_everywhere() { # KIND RANKS SINK...: the same bytes with so many ranks and either --io
    kind=$1
    numbers=$2
    shift 2
    for io in root shared; do
        for n in $numbers; do
            ok "$kind $io $n" ranks "$n" --io=$io read "$in" ! blur --ksize=3 ! write "$TMP/$kind-$io-$n.tif" "$@"
            ok "$kind $io $n, same bytes" same_bytes "$TMP/$kind-root-1.tif" "$TMP/$kind-$io-$n.tif"
        done
    done
    ok "$kind in odd chunks" ranks 3 --chunk=200x150 read "$in" ! blur --ksize=3 ! write "$TMP/odd.tif" --overwrite "$@"
    ok "$kind in odd chunks, same bytes" same_bytes "$TMP/$kind-root-1.tif" "$TMP/odd.tif"
}
same_everywhere cog "1 2 3 4" --of=COG --co BLOCKSIZE=128
same_everywhere overviews "1 3" --overviews=average --co BLOCKXSIZE=128 --co BLOCKYSIZE=128
same_everywhere plain "1 3" --co COMPRESS=DEFLATE --co INTERLEAVE=BAND
ok "valid" valid_cog "$TMP/cog-root-1.tif"
ok "overviews are those of the COG" levels same "$TMP/cog-root-1.tif" "$TMP/overviews-root-1.tif"

# On an even grid overviews are those of gdaladdo. GDAL's COG driver rounds the masks of means from the second
# overview on; its modes are of pixels outside the data too.
for how in NEAREST AVERAGE MODE GAUSS; do
    ok "cog $how" ranks 2 read "$in" ! write "$TMP/$how.tif" --of=COG --co BLOCKSIZE=128 --co OVERVIEW_RESAMPLING=$how
    ok "valid $how" valid_cog "$TMP/$how.tif"
    gdal_translate -q -of COG -co BLOCKSIZE=128 -co OVERVIEW_RESAMPLING=$how "$in" "$TMP/gdal.tif" || exit 1
    cp "$in" "$TMP/added.tif"
    gdaladdo -q -r $how "$TMP/added.tif" 2 4 8 || exit 1
    case $how in
    NEAREST) ok "$how: GDAL's COG" levels same "$TMP/gdal.tif" "$TMP/$how.tif" ;;
    AVERAGE) ok "$how: GDAL's COG" levels same "$TMP/gdal.tif" "$TMP/$how.tif" 0 1 ;;
    MODE) ok "$how: GDAL's COG" levels masks "$TMP/gdal.tif" "$TMP/$how.tif" ;;
    GAUSS) ok "$how: GDAL's COG" levels same "$TMP/gdal.tif" "$TMP/$how.tif" 0 1 ;;
    esac
    [ $how = MODE ] || ok "$how: gdaladdo" levels same "$TMP/added.tif" "$TMP/$how.tif"
    ok "$how: gdaladdo's masks" levels masks "$TMP/added.tif" "$TMP/$how.tif"
done

# Of other types, odd sizes and layouts.
for type in UInt16 Int16 Float32; do
    levels make "$TMP/typed.tif" 384 256 $type 1 || exit 1
    ok "cog $type" ranks 3 read "$TMP/typed.tif" ! write "$TMP/cog.tif" --overwrite --of=COG --co COMPRESS=ZSTD --co PREDICTOR=YES --co BLOCKSIZE=64
    ok "valid $type" valid_cog "$TMP/cog.tif"
    gdaladdo -q -r average "$TMP/typed.tif" 2 4 8 || exit 1
    ok "levels $type" levels same "$TMP/typed.tif" "$TMP/cog.tif"
    rm "$TMP/typed.tif"
done
levels make "$TMP/odd-size.tif" 517 389 Byte 3 || exit 1
for options in "--co COMPRESS=LZW --co SPARSE_OK=YES" "--co COMPRESS=JPEG" "--co OVERVIEW_COUNT=1"; do
    # shellcheck disable=SC2086 # options are words
    ok "cog of odd size, $options" ranks 3 read "$TMP/odd-size.tif" ! write "$TMP/cog.tif" --overwrite --of=COG --co BLOCKSIZE=64 $options
    ok "valid, $options" valid_cog "$TMP/cog.tif"
    ok "the mask, $options" levels masks "$TMP/odd-size.tif" "$TMP/cog.tif" 0 0
done
for options in "--co TILED=NO" "--co INTERLEAVE=BAND" "--co BIGTIFF=YES" "$tiles"; do
    # shellcheck disable=SC2086 # options are words
    ok "mask, $options" ranks 2 read "$TMP/odd-size.tif" ! write "$TMP/plain.tif" --overwrite $options
    ok "is the scene's, $options" levels same "$TMP/odd-size.tif" "$TMP/plain.tif"
done

# The mask goes with the pixels, also through ops across bands; where nodata is ignored it still does, but
# no pixel is left out for it.
ok "mask through ops" ranks 3 read "$in" ! cvt-color --code=rgb2gray ! resize --fx=0.5 --fy=0.5 --interpolation=nearest ! write "$TMP/moved.tif" --of=COG --co BLOCKSIZE=64
ok "valid" valid_cog "$TMP/moved.tif"
ok "moved by columns" ranks 2 --division=columns read "$in" ! cvt-color --code=rgb2gray ! resize --fx=0.5 --fy=0.5 --interpolation=nearest ! write "$TMP/moved-down.tif" --of=COG --co BLOCKSIZE=64
ok "the same bytes" same_bytes "$TMP/moved.tif" "$TMP/moved-down.tif"
ok "ignored" ranks 3 --nodata=ignore read "$in" ! write "$TMP/ignored.tif" --of=COG --co BLOCKSIZE=128
ok "valid" valid_cog "$TMP/ignored.tif"
ok "ignored: the same masks" levels masks "$TMP/AVERAGE.tif" "$TMP/ignored.tif"

# A nodata value beside the mask counts too.
gdal_translate -q -a_nodata 7 --config GDAL_TIFF_INTERNAL_MASK YES "$in" "$TMP/both.tif" || exit 1
ok "mask and nodata" ranks 2 read "$TMP/both.tif" ! write "$TMP/both-cog.tif" --of=COG --co BLOCKSIZE=128
ok "valid" valid_cog "$TMP/both-cog.tif"
finish
