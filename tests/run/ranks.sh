#!/bin/sh
# The output does not depend on the number of ranks, chunks, divisions or the way pixels travel.
. tests/run/lib.sh

"$GENERATE" "$TMP/in.tif" 1500 1100 UInt16 COMPRESS=DEFLATE PREDICTOR=2 BLOCKXSIZE=128 BLOCKYSIZE=128 || exit 1
blur="gaussian-blur --sigma-x=2 ! threshold --thresh=127"
co="--co COMPRESS=DEFLATE --co BLOCKXSIZE=256 --co BLOCKYSIZE=256 --overwrite"

# shellcheck disable=SC2086 # pipelines are meant to be split
{
    ok "one rank without mpirun" ranks 0 read "$TMP/in.tif" ! $blur ! write "$TMP/ref.tif" $co
    for n in 1 2 3 5; do
        ok "$n ranks" ranks "$n" read "$TMP/in.tif" ! $blur ! write "$TMP/o.tif" $co
        ok "$n ranks give the same bytes" same_bytes "$TMP/ref.tif" "$TMP/o.tif"
    done
    for chunk in 256x256 512 1024x256 256x1100; do
        ok "chunks of $chunk" ranks 2 --chunk "$chunk" read "$TMP/in.tif" ! $blur ! write "$TMP/o.tif" $co
        ok "chunks of $chunk give the same bytes" same_bytes "$TMP/ref.tif" "$TMP/o.tif"
    done
    ok "rows" ranks 3 --division rows read "$TMP/in.tif" ! $blur ! write "$TMP/o.tif" $co
    ok "rows give the same bytes" same_bytes "$TMP/ref.tif" "$TMP/o.tif"
    ok "columns" ranks 1 --division columns read "$TMP/in.tif" ! $blur ! write "$TMP/c.tif" $co
    ok "columns give the same pixels" same_pixels "$TMP/ref.tif" "$TMP/c.tif"
    ok "columns on 3 ranks" ranks 3 --division columns --chunk 256x300 read "$TMP/in.tif" ! $blur ! write "$TMP/o.tif" $co
    ok "columns on 3 ranks give the same bytes" same_bytes "$TMP/c.tif" "$TMP/o.tif"
    ok "more ranks than chunks" ranks 5 --chunk 1500x1100 read "$TMP/in.tif" ! $blur ! write "$TMP/o.tif" $co
    ok "more ranks than chunks give the same bytes" same_bytes "$TMP/ref.tif" "$TMP/o.tif"
    ok "little memory" ranks 2 --memory 200M read "$TMP/in.tif" ! $blur ! write "$TMP/o.tif" $co
    ok "little memory gives the same bytes" same_bytes "$TMP/ref.tif" "$TMP/o.tif"
}

# The same pixels in other containers, through blobs and through GDAL.
way() { # way FILE blobs|gdal: the report says so, and the result is the same
    # shellcheck disable=SC2086
    ok "$1" ranks 2 --report "$TMP/report.json" read "$1" ! $blur ! write "$TMP/o.tif" $co
    ok "$1 travels as $2" test "$(jq -r .scene.way "$TMP/report.json")" = "$2"
    ok "$1 gives the same pixels" same_pixels "$TMP/ref.tif" "$TMP/o.tif"
}
convert() {
    gdal_translate -q "$@" || exit 1
}
convert -co COMPRESS=LZW "$TMP/in.tif" "$TMP/strips.tif"
way "$TMP/strips.tif" blobs
convert -co TILED=YES -co ENDIANNESS=BIG -co BIGTIFF=YES -co COMPRESS=ZSTD -co PREDICTOR=2 "$TMP/in.tif" "$TMP/big.tif"
way "$TMP/big.tif" blobs
convert "$TMP/in.tif" "$TMP/raw.tif"
way "$TMP/raw.tif" blobs
convert -of PNG "$TMP/in.tif" "$TMP/in.png"
way "$TMP/in.png" gdal
convert -of VRT "$TMP/in.tif" "$TMP/in.vrt"
way "$TMP/in.vrt" gdal
convert -co NBITS=12 "$TMP/in.tif" "$TMP/nbits.tif"
way "$TMP/nbits.tif" gdal

# Over TCP large tasks arrive after small ones sent later; tiles larger than chunks make both.
convert -outsize 2048 2048 -co TILED=YES -co BLOCKXSIZE=2048 -co BLOCKYSIZE=2048 "$TMP/in.tif" "$TMP/wide.tif"
ok "one rank" ranks 1 read "$TMP/wide.tif" ! blur --ksize=3 ! write "$TMP/a.tif"
OMPI_MCA_btl=tcp,self
export OMPI_MCA_btl
for n in 2 3; do
    ok "$n ranks over TCP" ranks "$n" --chunk 256 read "$TMP/wide.tif" ! blur --ksize=3 ! write "$TMP/b.tif" \
        --co BLOCKXSIZE=256 --co BLOCKYSIZE=256 --overwrite
    ok "$n ranks over TCP give the same pixels" same_pixels "$TMP/a.tif" "$TMP/b.tif"
done
unset OMPI_MCA_btl

# A window and a choice of bands are the same as the scene cut before.
for layout in "INTERLEAVE=PIXEL" "INTERLEAVE=BAND"; do
    convert -co "$layout" -co TILED=YES -co BLOCKXSIZE=64 -co BLOCKYSIZE=64 "$DATA/bahamas.tif" "$TMP/rgb.tif"
    convert -b 3 -b 1 -srcwin 101 203 333 251 "$DATA/bahamas.tif" "$TMP/cut.tif"
    ok "window of $layout" ranks 2 read "$TMP/rgb.tif" --bands=3,1 --window=101,203,333,251 ! median-blur --ksize=5 ! write "$TMP/a.tif" --overwrite
    ok "cut scene" ranks 2 read "$TMP/cut.tif" ! median-blur --ksize=5 ! write "$TMP/b.tif" --overwrite
    ok "window of $layout gives the same pixels" same_pixels "$TMP/a.tif" "$TMP/b.tif"
    for out in PIXEL BAND; do
        ok "copy to $out" ranks 3 read "$TMP/rgb.tif" ! write "$TMP/copy.tif" --co INTERLEAVE=$out --overwrite
        ok "a copy to $out has the same pixels" same_pixels "$DATA/bahamas.tif" "$TMP/copy.tif"
    done
done
finish
