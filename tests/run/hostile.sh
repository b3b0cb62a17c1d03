#!/bin/sh
# Files that lie about their size, that are damaged, or of odd kinds: processed as GDAL does, or refused with one line, before
# memory is taken. EVERY=1: all odd and damaged files, not each fourth.
. tests/run/lib.sh
find_python 'import numpy; from osgeo import gdal'
export TMP
mkdir "$TMP/hostile"
"$python" tests/run/hostile.py "$TMP/hostile"
mv "$TMP/hostile/overlong.tiff" "$TMP" # GDAL shows here what happens to be in memory
for n in 1 2 3; do
    ok "a tile that holds too much" env MALLOC_PERTURB_=$((60 * n)) "$TILERY" run -q \
        read "$TMP/overlong.tiff" ! write "$TMP/out.tif" --overwrite
    gdalinfo --config GDAL_PAM_ENABLED NO -stats "$TMP/out.tif" | sed -n 's/.*Minimum=\([^.]*\).*Maximum=\([^.]*\).*/\1 \2/p' >"$TMP/range"
    ok "shows nothing else" grep -qx '0 1' "$TMP/range"
done
for n in 1 3; do
    ok "hostile files on $n ranks" "$python" tests/run/strange.py "$TILERY" $n "$TMP/hostile"
done
ok "odd and damaged files" env EVERY="${EVERY:-4}" "$python" tests/run/strange.py "$TILERY" 1 "$DATA/odd" "$DATA/corrupt"
finish
