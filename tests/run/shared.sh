#!/bin/sh
# --io=shared: the same bytes as --io=root, for all kinds of scenes; ranks that do not see the same
# files are noticed.
. tests/run/lib.sh

in=$DATA/bahamas.tif
gdal_translate -q -co TILED=YES -co BLOCKXSIZE=128 -co BLOCKYSIZE=64 -co COMPRESS=LZW "$in" "$TMP/tiled.tif" || exit 1
gdal_translate -q -co INTERLEAVE=BAND "$in" "$TMP/strips.tif" || exit 1
gdal_translate -q -of VRT "$TMP/tiled.tif" "$TMP/scene.vrt" || exit 1
gdal_translate -q -of PNG "$in" "$TMP/scene.png" || exit 1
gdal_translate -q -b 1 -mask 2 --config GDAL_TIFF_INTERNAL_MASK YES "$in" "$TMP/masked.tif" || exit 1

same() { # same NAME SCENE OPTIONS: both ways, with some ranks
    case=$1
    scene=$2
    shift 2
    rm -f "$TMP"/o-*.tif
    for io in root shared; do
        for n in 1 2 3 4; do
            ok "$case $io $n" ranks $n --io=$io read "$scene" ! gaussian-blur --sigma-x=1.5 ! write "$TMP/o-$io-$n.tif" "$@"
            ok "$case $io $n, same bytes" same_bytes "$TMP/o-root-1.tif" "$TMP/o-$io-$n.tif"
        done
    done
}
same deflate "$TMP/tiled.tif" --co COMPRESS=DEFLATE --co BLOCKXSIZE=128 --co BLOCKYSIZE=128
same none "$TMP/strips.tif" --co BLOCKXSIZE=64 --co BLOCKYSIZE=128
same "strips, apart" "$TMP/strips.tif" --co TILED=NO --co INTERLEAVE=BAND --co COMPRESS=ZSTD
same vrt "$TMP/scene.vrt" --co BLOCKXSIZE=128 --co BLOCKYSIZE=128
same png "$TMP/scene.png" --co BLOCKXSIZE=128 --co BLOCKYSIZE=128
same masked "$TMP/masked.tif" --co COMPRESS=LZW --co BLOCKXSIZE=128 --co BLOCKYSIZE=128
ok "columns" ranks 3 --io=shared --division=columns read "$in" ! blur --ksize=3 ! write "$TMP/c-3.tif" --co COMPRESS=DEFLATE --co BLOCKXSIZE=64 --co BLOCKYSIZE=64
ok "columns by root" ranks 1 --division=columns read "$in" ! blur --ksize=3 ! write "$TMP/c-1.tif" --co COMPRESS=DEFLATE --co BLOCKXSIZE=64 --co BLOCKYSIZE=64
ok "columns, same bytes" same_bytes "$TMP/c-1.tif" "$TMP/c-3.tif"
ok "with another scene" ranks 3 --io=shared read "$in" ! absdiff --with="$TMP/tiled.tif" ! write "$TMP/zero.tif"
ok "aligned" ranks 3 --io=shared --align=64K read "$in" ! blur --ksize=3 ! write "$TMP/aligned.tif" --co COMPRESS=DEFLATE --co BLOCKXSIZE=64 --co BLOCKYSIZE=64
ok "aligned, same pixels" same_pixels "$TMP/aligned.tif" "$TMP/c-1.tif"

# From another directory, rank 1 sees nothing of what rank 0 does.
mkdir "$TMP/here" "$TMP/there"
cp "$in" "$TMP/here/in.tif"
cat >"$TMP/elsewhere.sh" <<E2
#!/bin/sh
[ "\$OMPI_COMM_WORLD_RANK" = 0 ] || cd "$TMP/there" || exit 1
exec "\$@"
E2
chmod +x "$TMP/elsewhere.sh"
cd "$TMP/here" || exit 1
WRAPPER=$TMP/elsewhere.sh
refused 1 2 "use --io=root" --io=shared read in.tif ! blur --ksize=3 ! write "$TMP/out.tif"
refused 1 3 "rank 1 on " --io=shared read "$TMP/here/in.tif" ! blur --ksize=3 ! write out.tif
ok "auto goes by root" ranks 3 read in.tif ! blur --ksize=3 ! write out.tif --co COMPRESS=DEFLATE
# Another scene of that name.
cp "$TMP/tiled.tif" "$TMP/there/in.tif"
refused 1 2 "is not the file that rank 0 sees" --io=shared read in.tif ! blur --ksize=3 ! write "$TMP/out.tif"
ok "auto goes by root again" ranks 3 read in.tif ! blur --ksize=3 ! write out.tif --overwrite --co COMPRESS=DEFLATE
ok "nothing is left" test -z "$(find "$TMP/here" "$TMP/there" -name '*.part*' -o -name '*.probe')"
finish
