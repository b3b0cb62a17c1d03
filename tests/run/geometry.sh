#!/bin/sh
# Georeferencing, control points, RPCs and masks follow ops that change the grid; scenes of --with
# must lie on the same one.
. tests/run/lib.sh

in=$DATA/bahamas.tif
one=$TMP/one.tif
gdal_translate -q -b 1 -a_nodata none "$in" "$one" || exit 1
extent=$(gdalinfo -json "$one" | jq -r '[.cornerCoordinates.upperLeft[0], .cornerCoordinates.lowerRight[1],
    .cornerCoordinates.lowerRight[0], .cornerCoordinates.upperLeft[1]] | map(tostring) | join(" ")')

# back NAME ARG...: the op's output, brought back onto the scene's grid by GDAL, is the scene
back() {
    name=$1
    shift
    ok "$name" ranks 2 --chunk=256 read "$one" ! "$@" ! write "$TMP/moved.tif" --overwrite
    rm -f "$TMP/back.tif"
    # shellcheck disable=SC2086 # the extent is four words
    gdalwarp -q -te $extent -ts 791 718 -r near "$TMP/moved.tif" "$TMP/back.tif" || exit 1
    ok "$name lies where the scene does" same_pixels "$one" "$TMP/back.tif"
}
back "flip around x" flip --flip-code=0
back "flip around y" flip --flip-code=1
back "rotate by 90" rotate --rotate-code=90
back "rotate by 180" rotate --rotate-code=180
back "rotate by 270" rotate --rotate-code=270
back "transpose" transpose
back "border" copy-make-border --top=7 --bottom=0 --left=33 --right=2
back "twice as large" resize --fx=2 --interpolation=nearest
back "chain" rotate --rotate-code=90 ! copy-make-border --top=3 --bottom=3 --left=3 --right=3 ! flip --flip-code=1

# By a third, exactly: 263.67 and 239.33 pixels, rounded, are of three times the size each.
ok "resize by area" ranks 3 read "$one" ! resize --fx=0.333333333333333333 --interpolation=area ! write "$TMP/third.tif"
ok "pixels three times as large" test "$(gdalinfo -json "$TMP/third.tif" |
    jq -c '[.size, (.geoTransform[1] * 1000 | round)]')" = "[[264,239],$(gdalinfo -json "$one" | jq '.geoTransform[1] * 3000 | round')]"

# Control points turn with the pixels: (x, y) comes to (height - y, x).
gdal_translate -q -gcp 10 20 1 2 -gcp 110 20 2 2 -gcp 10 120 1 3 -a_srs EPSG:4326 "$one" "$TMP/gcps.tif" || exit 1
ok "gcps" ranks 2 read "$TMP/gcps.tif" ! rotate --rotate-code=90 ! write "$TMP/turned.tif" --overwrite
ok "control points turn" test "$(gdalinfo -json "$TMP/turned.tif" | jq -c '[.gcps.gcpList[] | [.pixel, .line, .x]]')" = \
    "[[698,10,1],[698,110,2],[598,10,1]]"

# RPCs count from the middle of a pixel.
gdal_translate -q "$one" "$TMP/rpc.tif" || exit 1
cat >"$TMP/rpc_RPC.TXT" <<E2
LINE_OFF: 359
SAMP_OFF: 395
LAT_OFF: 1
LONG_OFF: 2
HEIGHT_OFF: 3
LINE_SCALE: 400
SAMP_SCALE: 500
LAT_SCALE: 1
LONG_SCALE: 1
HEIGHT_SCALE: 1
$(for kind in LINE_NUM LINE_DEN SAMP_NUM SAMP_DEN; do for i in $(seq 20); do echo "${kind}_COEFF_$i: $i"; done; done)
E2
ok "rpcs" ranks 2 read "$TMP/rpc.tif" ! resize --fx=0.5 --interpolation=area ! write "$TMP/half.tif" --overwrite
ok "RPCs are halved" test "$(gdalinfo -json "$TMP/half.tif" | jq -c '.metadata.RPC | [.LINE_OFF, .SAMP_OFF, .LINE_SCALE, .SAMP_SCALE]')" \
    = '["179.25","197.25","200","250"]'

# The mask is moved like the pixels.
gdal_translate -q -b 2 -mask 1 --config GDAL_TIFF_INTERNAL_MASK YES -a_nodata none "$in" "$TMP/masked.tif" || exit 1
gdal_translate -q -b mask "$TMP/masked.tif" "$TMP/mask.tif" || exit 1
for op in "flip --flip-code=1" "rotate --rotate-code=90"; do
    # shellcheck disable=SC2086 # the op and its argument
    ok "mask through $op" ranks 2 read "$TMP/masked.tif" ! $op ! write "$TMP/moved.tif" --overwrite
    # shellcheck disable=SC2086
    ok "the mask as a scene" ranks 2 read "$TMP/mask.tif" ! $op ! write "$TMP/moved-mask.tif" --overwrite
    gdal_translate -q -b mask "$TMP/moved.tif" "$TMP/its-mask.tif" || exit 1
    ok "the same" same_pixels "$TMP/its-mask.tif" "$TMP/moved-mask.tif"
done

# Two scenes.
ok "a scene less itself" ranks 3 --chunk=256 read "$in" ! subtract --with="$in" ! write "$TMP/none.tif"
ok "is nothing" test "$(checksums "$TMP/none.tif" | sort -u)" = 0
ok "both through the same window" ranks 2 read "$in" --window=100,200,300,150 ! absdiff --with="$in" ! write "$TMP/none.tif" --overwrite
ok "is nothing too" test "$(checksums "$TMP/none.tif" | sort -u)" = 0
gdal_translate -q -a_ullr 0 10 10 0 "$in" "$TMP/elsewhere.tif" || exit 1
refused 2 2 "lies on another grid" read "$in" ! min --with="$TMP/elsewhere.tif" ! write "$TMP/out.tif"
refused 2 2 "791x718 pixels, the scene before it 700x700" read "$in" ! resize --dsize=700x700 ! max --with="$in" ! write "$TMP/out.tif"
refused 2 2 "has uint8 pixels, the scene before it float32; make both float32" read "$in" ! convert-to --type=float32 ! max --with="$in" ! write "$TMP/out.tif"
refused 1 2 "No such file" read "$in" ! max --with="$TMP/missing.tif" ! write "$TMP/out.tif"

# A kernel in a file that only rank 0 reads.
printf '0 -1 0\n-1 5 -1\n0 -1 0\n' >"$TMP/kernel.txt"
ok "kernel in a file" ranks 3 read "$in" ! filter-2d --kernel="$TMP/kernel.txt" ! write "$TMP/a.tif"
ok "kernel in words" ranks 1 read "$in" ! filter-2d --kernel "0,-1,0;-1,5,-1;0,-1,0" ! write "$TMP/b.tif"
ok "the same pixels" same_pixels "$TMP/a.tif" "$TMP/b.tif"
refused 2 1 "is neither numbers nor a file" read "$in" ! filter-2d --kernel="$TMP/missing.txt" ! write "$TMP/out.tif"
finish
