#!/bin/sh
# Dividing a scene into files and putting files together: round trips of random scenes, parts as of the whole,
# refusals, runs that are stopped and gone on with.
. tests/run/lib.sh
find_python "import numpy, osgeo.gdal"

ok "round trips" "$python" tests/run/split.py "$TILERY" "$TMP" "${ROUNDS:-6}" "${SEED:-1}"

in=$DATA/bahamas.tif
names() {
    (cd "$1" && find . -mindepth 1 | sort | tr '\n' ' ')
}

# Filters see over the parts' edges, and ops that must know the whole scene know all of it.
for ops in "gaussian-blur --sigma-x=4" "threshold --otsu ! morphology-ex --op=close --ksize=9" "resize --fx=0.7 ! rotate --rotate-code=90"; do
    rm -rf "$TMP/p"
    mkdir "$TMP/p"
    # shellcheck disable=SC2086 # pipelines are meant to be split
    ok "whole: $ops" ranks 2 read "$in" ! $ops ! write "$TMP/whole.tif" --overwrite
    # shellcheck disable=SC2086
    ok "parts: $ops" ranks 2 read "$in" ! $ops ! split "$TMP/p/{row}-{column}.tif" --rows=3 --columns=4
    ok "concat: $ops" ranks 2 concat "$TMP/p/*.tif" ! write "$TMP/back.tif" --overwrite
    ok "parts are those of the whole: $ops" same_pixels "$TMP/whole.tif" "$TMP/back.tif"
done

# The same bytes, whoever makes them.
mkdir "$TMP/good"
split() { # split RANKS DIRECTORY OPTION...
    n=$1
    to=$2
    shift 2
    ranks "$n" "$@" read "$in" ! blur --ksize=5 ! split "$to/{index:02}.tif" --tile=300x200 --co COMPRESS=DEFLATE
}
ok "alone" split 0 "$TMP/good"
ok "all are there" test "$(names "$TMP/good")" = "./00.tif ./01.tif ./02.tif ./03.tif ./04.tif ./05.tif ./06.tif ./07.tif ./08.tif ./09.tif ./10.tif ./11.tif "
for how in "1 --isolate" "3 --io=auto" "2 --io=root" "2 --chunk=512" "2 --division=rows --verify"; do
    rm -rf "$TMP/p"
    mkdir "$TMP/p"
    # shellcheck disable=SC2086 # ranks and an option
    ok "$how" split ${how%% *} "$TMP/p" ${how#* }
    ok "$how: the same bytes" diff -rq "$TMP/good" "$TMP/p"
done
# A part is cut as gdal_translate cuts it.
gdal_translate -q -srcwin 300 200 300 200 "$in" "$TMP/cut.tif" || exit 1
ok "read ! split" ranks 1 --report="$TMP/report.json" --trace="$TMP/trace.json" read "$in" ! split "$TMP/{stem}{row}_{column}.{ext}" --tile=300x200
ok "georeferenced" test "$(gdalinfo -json "$TMP/cut.tif" | jq -c '[.geoTransform, .size, .cornerCoordinates]')" = \
    "$(gdalinfo -json "$TMP/bahamas1_1.tif" | jq -c '[.geoTransform, .size, .cornerCoordinates]')"
ok "a report of all parts" jq -e '.totals.parts == 12 and (.scenes | map(select(.state == "done")) | length) == 12' "$TMP/report.json" >"$TMP/said"
ok "a trace of all parts" jq -e 'length > 0' "$TMP/trace.json" >"$TMP/said"

# Scenes of many sources and sinks.
mkdir "$TMP/each" "$TMP/png"
ok "each ! split" ranks 3 each "$TMP"/good/0[0-3].tif ! split "$TMP/each/{stem}-{row}.tif" --rows=2
ok "concat ! split" ranks 3 concat "$TMP/each/00-{row}.tif" ! split "$TMP/each/again-{column}.tif" --columns=2
ok "concat again" ranks 2 --io=root concat "$TMP"/each/again-?.tif ! write "$TMP/back.tif" --overwrite
ok "the same pixels" same_pixels "$TMP/good/00.tif" "$TMP/back.tif"
ok "parts as images" ranks 2 read "$in" ! split "$TMP/png/{row}.png" --rows=2
ok "by a layout, without places on a map" ranks 1 concat "$TMP/png/{row}.png" --layout=2x1 ! write "$TMP/back.tif" --overwrite
ok "the same pixels of images" same_pixels "$in" "$TMP/back.tif"

# Refused before anything is written.
none=$TMP/none
mkdir "$none"
refuses() { # refuses TEXT ARG...: and nothing is written
    refused 2 "$@"
    ok "nothing is left" test -z "$(names "$none")"
}
refuses 0 "does not tell 2 rows and 1 columns of parts apart" read "$in" ! split "$none/a{column}.tif" --rows=2
refuses 0 "does not tell" read "$in" ! split "$none/a.tif" --columns=2
refuses 0 "row 1 column 10 and row 11 column 0 would both be written" read "$in" ! split "$none/{row}{column}.tif" --rows=12 --columns=12
refuses 0 "more than the 791x718 pixels" read "$in" ! split "$none/{row}.tif" --rows=719
refuses 0 "give --tile, or --rows, --columns or both" read "$in" ! split "$none/{row}.tif" --rows=2 --tile=100
refuses 0 "give --tile, or" read "$in" ! split "$none/{row}.tif"
refuses 0 "takes one path, not 2" read "$in" ! threshold --otsu ! split "$none/{row}.tif" more --rows=2
refuses 0 "did you mean" read "$in" ! split "$none/{row}.tif" --row=2
refuses 3 "more than the 791x718" read "$in" ! split "$none/{row}.tif" --rows=719
refuses 0 "ends in none of" read "$in" ! split "$none/{row}" --rows=2
refuses 0 "nix/0/: is no folder" read "$in" ! split "$none/nix/{row}/{column}.tif" --rows=2 --columns=2
cp "$in" "$TMP/1.tif"
refuses 0 "exists already" read "$in" ! split "$TMP/{row}.tif" --rows=2
refuses 0 "a file that the parts are made from" read "$TMP/1.tif" ! split "$TMP/{row}.tif" --rows=2 --overwrite
refuses 0 "pixels here" read "$in" ! crop --window=700,0,100,100 ! write "$TMP/out.tif"

# What does not fit is named.
p=$TMP/good
cp "$p/05.tif" "$TMP/05.tif"
rm "$p/05.tif" "$p/10.tif"
refused 2 0 "2 of the 12 parts are missing: 05.tif (row 1, column 2), 10.tif (row 3, column 1)" concat "$p/*.tif" ! write "$TMP/out.tif"
refused 1 2 "2 of the 12 parts are missing: $p/05.tif, $p/10.tif" concat "$p/{index:02}.tif" ! write "$TMP/out.tif"
refused 2 0 "wants 15 parts, and there are 10" concat "$p/*.tif" --layout=3x5 ! write "$TMP/out.tif"
cp "$TMP/05.tif" "$p/10.tif"
refused 2 0 "05.tif: says that it is row 1, column 2, as .*10.tif does" concat "$p/10.tif" "$TMP/05.tif" --layout=1x2 ! write "$TMP/out.tif"
cp "$TMP/05.tif" "$p/05.tif"
other() { # other TEXT ARG...: a part that gdal_translate makes of 10 does not go with the others
    text=$1
    shift
    gdal_translate -q "$@" "$p/09.tif" "$p/10.tif" || exit 1
    refused 2 0 "$text" concat "$p/{index:02}.tif" ! write "$TMP/out.tif"
}
other "10.tif: has float32 pixels, .*00.tif has uint8" -ot Float32
other "10.tif: has 1 bands, .*00.tif has 3" -b 1
other "10.tif: has another nodata value" -a_nodata 9
other "10.tif: has another coordinate reference system" -a_srs EPSG:4326
other "10.tif: has 50x60 pixels" -srcwin 0 0 50 60
other "10.tif: band 1 has another scale" -a_scale 2
rm -rf "$TMP/png"/*.png.aux.xml
refused 2 0 "say --layout=ROWSxCOLUMNS" concat "$TMP/png/{row}.png" ! write "$TMP/out.tif"
refused 2 0 "not of the form ROWSxCOLUMNS" concat "$TMP/png/0.png" --layout=2 ! write "$TMP/out.tif"
refused 2 0 "would be written, and is the scene" concat "$TMP/each/00-{row}.tif" ! write "$TMP/each/00-1.tif" --overwrite
for row in 0 1; do # without what they say, by their places on the map
    gdal_translate -q -mo TILERY_PART= "$TMP/each/00-$row.tif" "$TMP/map$row.tif" || exit 1
done
ok "by the map" ranks 2 concat "$TMP/map1.tif" "$TMP/map0.tif" ! write "$TMP/back.tif" --overwrite
ok "the same pixels by the map" same_pixels "$TMP/good/00.tif" "$TMP/back.tif"
refused 2 0 "in another order" concat "$TMP/map1.tif" "$TMP/map0.tif" --layout=2x1 ! write "$TMP/out.tif"

# Stopped, killed, gone on with.
"$GENERATE" "$TMP/large.tif" 2000 2000 Byte || exit 1
mkdir "$TMP/all" "$TMP/some"
large() { # large DIRECTORY OPTION...
    to=$1
    shift
    "$TILERY" run -q "$@" read "$TMP/large.tif" ! gaussian-blur --sigma-x=3 ! split "$to/{row:02}{column:02}.tif" --tile=100
}
ok "all parts" large "$TMP/all"
count() {
    find "$TMP/some" -name '*.tif' | wc -l
}
stopped() { # stopped SIGNAL: when some more parts are there; sets $status
    wanted=$(($(count) + 20))
    "$TILERY" run -q --resume read "$TMP/large.tif" ! gaussian-blur --sigma-x=3 ! \
        split "$TMP/some/{row:02}{column:02}.tif" --tile=100 2>"$TMP/said" &
    tries=0
    while [ "$(count)" -lt "$wanted" ] && [ $tries -lt 500 ]; do
        sleep 0.02
        tries=$((tries + 1))
    done
    kill -s "$1" $!
    wait $!
    status=$?
}
stopped TERM
ok "stopped: 75 and how to go on" test "$status $(grep -c 'run --resume goes on' "$TMP/said")" = "75 1"
refused 2 0 "run --resume" read "$TMP/large.tif" ! gaussian-blur --sigma-x=3 ! split "$TMP/some/{row:02}{column:02}.tif" --tile=100
stopped KILL
list() {
    (cd "$TMP/some" && find . -name '*.tif' -exec ls -i {} + | sort)
}
list >"$TMP/before"
ok "goes on" large "$TMP/some" --resume
list >"$TMP/after"
ok "what is there is not made again" test "$(comm -23 "$TMP/before" "$TMP/after" | wc -l)" -le 1
ok "the same as all at once" diff -rq "$TMP/all" "$TMP/some"

# Parts that cannot be written are skipped, named, and wanted again.
rm -rf "$TMP/some"
mkdir -p "$TMP/some/1_1.tif.part"
ranks 3 --on-error=skip read "$in" ! split "$TMP/some/{row}_{column}.tif" --rows=2 --columns=2 2>"$TMP/said"
ok "some are missing" test $? -eq 3
ok "they are named" grep -q "1_1.tif is skipped" "$TMP/said"
rmdir "$TMP/some/1_1.tif.part"
ok "they are made" ranks 3 --resume read "$in" ! split "$TMP/some/{row}_{column}.tif" --rows=2 --columns=2
ok "all are there then" ranks 2 concat "$TMP/some/{row}_{column}.tif" ! write "$TMP/back.tif" --overwrite
ok "the same pixels then" same_pixels "$in" "$TMP/back.tif"
ok "nothing else is left" test "$(names "$TMP/some")" = "./0_0.tif ./0_1.tif ./1_0.tif ./1_1.tif "
finish
