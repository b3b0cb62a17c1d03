#!/bin/sh
# What cannot be done ends soon, with one line that names the file, and leaves no output.
. tests/run/lib.sh
LIMIT=20

in=$DATA/bahamas.tif
out=$TMP/out.tif
: >"$TMP/empty.tif"
echo "this is no raster" >"$TMP/text.tif"
head -c 100000 "$in" >"$TMP/short.tif"
mkdir "$TMP/dir.tif"
gdal_translate -q -ot CFloat32 "$in" "$TMP/complex.tif"

for n in 1 3; do
    refused 1 "$n" "none.tif: No such file" read "$TMP/none.tif" ! blur --ksize=3 ! write "$out"
    refused 1 "$n" "empty.tif" read "$TMP/empty.tif" ! blur --ksize=3 ! write "$out"
    refused 1 "$n" "text.tif" read "$TMP/text.tif" ! blur --ksize=3 ! write "$out"
    refused 1 "$n" "dir.tif" read "$TMP/dir.tif" ! blur --ksize=3 ! write "$out"
    refused 1 "$n" "short.tif" --retries=0 read "$TMP/short.tif" ! blur --ksize=3 ! write "$out"
    refused 1 "$n" "complex.tif.*CFloat32" read "$TMP/complex.tif" ! blur --ksize=3 ! write "$out"
    refused 1 "$n" "nodir" read "$in" ! blur --ksize=3 ! write "$TMP/nodir/out.tif"
    refused 2 "$n" "memory" --memory 1M read "$in" ! blur --ksize=3 ! write "$out"
done

# A tile in the middle is corrupt: its chunk's region is named, by a worker or by rank 0.
cp "$in" "$TMP/corrupt.tif"
dd if=/dev/zero of="$TMP/corrupt.tif" bs=1 count=64 seek=333131 conv=notrunc 2>/dev/null # tile 1,1
for n in 1 2 3; do
    refused 1 "$n" "corrupt.tif: chunk.*row 1, column 1.*corrupt" --retries 0 --chunk 256 read "$TMP/corrupt.tif" ! blur --ksize=3 ! write "$out"
done

# Sizes that cannot be.
printf 'II*\0\010\0\0\0' >"$TMP/absurd.tif"
gdal_translate -q -of VRT "$in" "$TMP/absurd.vrt"
sed -i 's/rasterXSize="791" rasterYSize="718"/rasterXSize="2000000000" rasterYSize="2000000000"/' "$TMP/absurd.vrt"
refused 1 2 "absurd.tif" read "$TMP/absurd.tif" ! blur --ksize=3 ! write "$out"
ranks 2 --memory 300M read "$TMP/absurd.vrt" ! blur --ksize=3 ! write "$out" >/dev/null 2>"$TMP/stderr"
status=$?
ok "an absurd size is refused" test $status -eq 1 -o $status -eq 2
ok "an absurd size is refused in one line" test "$(grep -c '^tilery:' "$TMP/stderr")" -eq 1

# Where the output cannot go.
if [ "$(id -u)" -ne 0 ]; then
    mkdir "$TMP/locked" && chmod 500 "$TMP/locked"
    refused 1 2 "locked" read "$in" ! blur --ksize=3 ! write "$TMP/locked/out.tif"
fi
echo precious >"$TMP/exists.tif"
refused 1 2 "exists" read "$in" ! blur --ksize=3 ! write "$TMP/exists.tif"
ok "an existing output is kept" grep -q precious "$TMP/exists.tif"
ok "an existing output is replaced when asked" ranks 2 read "$in" ! blur --ksize=3 ! write "$TMP/exists.tif" --overwrite
ok "the replacement is a scene" same_pixels "$TMP/exists.tif" "$TMP/exists.tif"
cp "$in" "$TMP/self.tif"
ok "a scene may replace itself" ranks 2 read "$TMP/self.tif" ! write "$TMP/self.tif" --overwrite
ok "a scene that replaced itself is whole" same_pixels "$TMP/self.tif" "$in"

# The disk is full: a limit on the size of files stands for it (not for mpirun, which needs room).
cat >"$TMP/limited" <<'END'
#!/bin/sh
ulimit -f 256 # blocks of 512 bytes
exec "$@"
END
chmod +x "$TMP/limited"
cp "$in" "$TMP/both.tif"
refused 2 2 "is the scene and the output" --resume read "$TMP/both.tif" ! blur --ksize=3 ! write "$TMP/both.tif" --overwrite
refused 2 1 "is the file of --trace, too" --report "$TMP/r.json" --trace "$TMP/r.json" read "$in" ! blur --ksize=3 ! write "$out"
WRAPPER=$TMP/limited
for n in 1 3; do
    refused 1 "$n" "out.tif.*File too large" read "$in" ! blur --ksize=3 ! write "$out"
done
finish
