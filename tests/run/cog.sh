#!/bin/sh
# Cloud Optimized GeoTIFF and overviews: valid by GDAL's own script, the overviews GDAL would make,
# the same bytes for all ranks and either --io.
. tests/run/lib.sh

in=$DATA/bahamas.tif
plain=$TMP/plain.tif
gdal_translate -q -a_nodata none "$in" "$plain" || exit 1

find_python 'import osgeo_utils.samples.validate_cloud_optimized_geotiff'
overviews() { # their checksums
    gdalinfo -checksum "$1" | sed -n 's/ *Overviews checksum: //p'
}
sizes() {
    gdalinfo -json "$1" | jq -c '[.bands[0].overviews[].size]'
}

small="--co BLOCKSIZE=128"
# shellcheck disable=SC2086 # options are words
for io in root shared; do
    for n in 1 2 3 4; do
        ok "cog $io $n" ranks $n --io=$io read "$plain" ! blur --ksize=3 ! write "$TMP/$io-$n.tif" --of=COG $small --co COMPRESS=DEFLATE
        ok "cog $io $n has the same bytes" same_bytes "$TMP/root-1.tif" "$TMP/$io-$n.tif"
    done
done
# shellcheck disable=SC2086
ok "cog in odd chunks" ranks 3 --chunk=200x150 --memory=200M read "$plain" ! blur --ksize=3 ! write "$TMP/odd.tif" --of=COG $small --co COMPRESS=DEFLATE
ok "odd chunks, same bytes" same_bytes "$TMP/root-1.tif" "$TMP/odd.tif"
ok "valid" valid_cog "$TMP/root-1.tif"
ok "sizes" test "$(sizes "$TMP/root-1.tif")" = "[[396,359],[198,180],[99,90]]"

# An even grid, where GDAL and we agree on what a pixel of an overview stands for.
even=$TMP/even.tif
gdal_translate -q -srcwin 0 0 640 512 "$plain" "$even" || exit 1
for how in NEAREST AVERAGE MODE GAUSS; do
    ok "cog $how" ranks 2 read "$even" ! write "$TMP/$how.tif" --of=COG --co BLOCKSIZE=128 --co OVERVIEW_RESAMPLING=$how
    ok "valid $how" valid_cog "$TMP/$how.tif"
    gdal_translate -q -of COG -co BLOCKSIZE=128 -co OVERVIEW_RESAMPLING=$how "$even" "$TMP/gdal.tif" || exit 1
    ok "$how: pixels" same_pixels "$TMP/gdal.tif" "$TMP/$how.tif"
    ok "$how: overviews are GDAL's" test "$(overviews "$TMP/gdal.tif")" = "$(overviews "$TMP/$how.tif")"
done

# GAUSS looks beyond the chunk, which does not show.
for io in root shared; do
    for n in 1 2 4; do
        ok "gauss $io $n" ranks $n --io=$io read "$plain" ! blur --ksize=3 ! write "$TMP/gauss-$io-$n.tif" --overviews=gauss --co BLOCKXSIZE=64 --co BLOCKYSIZE=64
        ok "gauss $io $n has the same bytes" same_bytes "$TMP/gauss-root-1.tif" "$TMP/gauss-$io-$n.tif"
    done
done
for chunk in 64x64 128x512 700x64; do
    ok "gauss in chunks of $chunk" ranks 3 --chunk=$chunk read "$plain" ! blur --ksize=3 ! write "$TMP/gauss.tif" --overwrite --overviews=gauss --co BLOCKXSIZE=64 --co BLOCKYSIZE=64
    ok "gauss in chunks of $chunk, same bytes" same_bytes "$TMP/gauss-root-1.tif" "$TMP/gauss.tif"
done

# Blobs of neighbours, which it needs, are not copied; tiles of one value are no shortcut to it.
gdal_translate -q -co TILED=YES -co BLOCKXSIZE=128 -co BLOCKYSIZE=128 -co COMPRESS=LZW "$even" "$TMP/lzw.tif" || exit 1
ok "gauss of blobs like the output's" ranks 3 read "$TMP/lzw.tif" ! write "$TMP/gauss-lzw.tif" --of=COG --co BLOCKSIZE=128 --co OVERVIEW_RESAMPLING=GAUSS
ok "gauss of blobs, the same pixels" same_pixels "$TMP/GAUSS.tif" "$TMP/gauss-lzw.tif"
ok "gauss of blobs, the same overviews" test "$(overviews "$TMP/GAUSS.tif")" = "$(overviews "$TMP/gauss-lzw.tif")"

# Negative pixels: halves are rounded away from zero.
gdal_translate -q -ot Int16 -scale 0 255 -200 199 "$even" "$TMP/signed.tif" || exit 1
for how in average gauss; do
    cp "$TMP/signed.tif" "$TMP/added.tif"
    gdaladdo -q -r $how "$TMP/added.tif" 2 4 || exit 1
    ok "signed $how" ranks 2 read "$TMP/signed.tif" ! write "$TMP/out-$how.tif" --overviews=$how --overview-count=2
    ok "signed $how: GDAL's" test "$(overviews "$TMP/added.tif")" = "$(overviews "$TMP/out-$how.tif")"
done

# Of types and numbers of bands; small outputs have none.
for type in UInt16 Int16 Float32 Float64; do
    gdal_translate -q -ot $type "$even" "$TMP/typed.tif" || exit 1
    ok "cog $type" ranks 3 read "$TMP/typed.tif" ! write "$TMP/cog.tif" --overwrite --of=COG --co COMPRESS=ZSTD --co PREDICTOR=YES --co BLOCKSIZE=64
    ok "valid $type" valid_cog "$TMP/cog.tif"
    ok "pixels $type" same_pixels "$TMP/typed.tif" "$TMP/cog.tif"
done
ok "small cog" ranks 2 read "$even" --window=0,0,100,90 ! write "$TMP/cog.tif" --overwrite --of=COG
ok "small cog is valid" valid_cog "$TMP/cog.tif"
ok "cog without overviews" ranks 2 read "$even" ! write "$TMP/cog.tif" --overwrite --of=COG --co OVERVIEWS=NONE --co BLOCKSIZE=128
ok "has none" test "$(gdalinfo -json "$TMP/cog.tif" | jq -c '.bands[0].overviews')" = null

# Nodata stays outside: no mean is darkened by it.
gdal_translate -q -b 1 -a_nodata 0 "$even" "$TMP/nodata.tif" || exit 1
ok "cog with nodata" ranks 3 read "$TMP/nodata.tif" ! write "$TMP/cog.tif" --overwrite --of=COG --co BLOCKSIZE=128
ok "valid with nodata" valid_cog "$TMP/cog.tif"
gdal_translate -q -of COG -co BLOCKSIZE=128 -co OVERVIEW_RESAMPLING=AVERAGE "$TMP/nodata.tif" "$TMP/gdal.tif" || exit 1
ok "with nodata: overviews are GDAL's" test "$(overviews "$TMP/gdal.tif")" = "$(overviews "$TMP/cog.tif")"

# Overviews in a plain GeoTIFF.
for io in root shared; do
    for n in 1 3; do
        ok "overviews $io $n" ranks $n --io=$io read "$even" ! write "$TMP/o-$io-$n.tif" --overviews=average --co BLOCKXSIZE=128 --co BLOCKYSIZE=128 --co COMPRESS=LZW
        ok "overviews $io $n, same bytes" same_bytes "$TMP/o-root-1.tif" "$TMP/o-$io-$n.tif"
    done
done
ok "the same overviews" test "$(overviews "$TMP/o-root-1.tif")" = "$(overviews "$TMP/AVERAGE.tif")"
ok "two overviews" ranks 2 read "$even" ! write "$TMP/two.tif" --overviews=nearest --overview-count=2
ok "are two" test "$(sizes "$TMP/two.tif")" = "[[320,256],[160,128]]"

refused 2 2 "OVERVIEW_RESAMPLING=CUBIC" read "$even" ! write "$TMP/out.tif" --of=COG --co OVERVIEW_RESAMPLING=CUBIC
refused 2 2 "BLOCKXSIZE is not one of COG" read "$even" ! write "$TMP/out.tif" --of=COG --co BLOCKXSIZE=128
refused 2 2 "overviews need square tiles" read "$even" ! write "$TMP/out.tif" --overviews=average --co TILED=NO
for n in 0 2; do
    refused 2 "$n" "is too little for chunks" --memory=30M read "$plain" ! write "$TMP/out.tif" --of=COG
done
refused 2 1 "with --of=COG say --co OVERVIEW" read "$even" ! write "$TMP/out.tif" --of=COG --overviews=average
finish
