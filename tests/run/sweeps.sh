#!/bin/sh
# Ops that make a pixel of the whole scene by way of its neighbours: the same whoever sums up and finishes which band, alone, followed
# by other ops, and into a table.
. tests/run/lib.sh
find_python "import numpy, osgeo.gdal"

in=$TMP/in.tif
out=$TMP/out.tif
"$GENERATE" "$TMP/made.tif" 700 900 Byte || exit 1
"$TILERY" run -q read "$TMP/made.tif" --bands=1 ! gaussian-blur --sigma-x=2 ! threshold --otsu ! write "$in" || exit 1

# The same bytes with any number of ranks and any chunks, isolated, of failing tries.
for ops in "connected-components" "area-open --min=200 --connectivity=4" "canny --threshold1=30 --threshold2=90" "distance-transform"; do
    # shellcheck disable=SC2086 # pipelines are meant to be split
    ok "$ops: alone" ranks 0 read "$in" ! $ops ! write "$TMP/good.tif" --overwrite --co BLOCKYSIZE=64
    for more in "1 --chunk=512x64" "2 --io=root --chunk=100x200" "3 --io=shared --chunk=64" "4 --division=columns" "2 --isolate --chunk=64" "2 --memory=150M"; do
        # shellcheck disable=SC2086
        ok "$ops: $more" ranks $more read "$in" ! $ops ! write "$out" --co BLOCKYSIZE=64
        ok "$ops: $more: the same" same_bytes "$TMP/good.tif" "$out"
        rm -f "$out"
    done
done

# Ops behind, another type, overviews, an image: by way of a temporary scene, of which nothing is left.
$TILERY run -q read "$in" ! connected-components ! write "$TMP/labels.tif" || exit 1
for n in 0 3; do
    ok "$n ranks: ops behind" ranks $n read "$in" ! connected-components ! threshold --thresh=5 --maxval=9 ! distance-transform ! write "$out"
    $TILERY run -q read "$TMP/labels.tif" ! threshold --thresh=5 --maxval=9 ! write "$TMP/above.tif" --overwrite
    $TILERY run -q read "$TMP/above.tif" ! distance-transform ! write "$TMP/good.tif" --overwrite
    ok "$n ranks: ops behind: the same pixels" same_pixels "$TMP/good.tif" "$out"
    ok "$n ranks: the whole pipeline is told" sh -c "gdalinfo '$out' | grep -q 'TILERY_PIPELINE=connected-components ! threshold --thresh=5 --maxval=9 ! distance-transform$'"
    ok "$n ranks: and the source" sh -c "gdalinfo '$out' | grep -q 'TILERY_SOURCE=in.tif$'"
    rm -f "$out"
    ok "$n ranks: another type" ranks $n read "$in" ! connected-components ! write "$out" --ot=uint16
    ok "$n ranks: another type: the same pixels" same_pixels "$TMP/labels.tif" "$out"
    rm -f "$out"
    ok "$n ranks: COG" ranks $n read "$in" ! connected-components ! write "$out" --of=COG --co OVERVIEW_RESAMPLING=NEAREST
    ok "$n ranks: COG: the same pixels" same_pixels "$TMP/labels.tif" "$out"
    rm -f "$out"
done
ranks 2 read "$in" ! connected-components ! median-blur --ksize=4 ! write "$out" 2>"$TMP/stderr"
ok "a failure behind: status" test $? -eq 2
ok "a failure behind: nothing is left" sh -c "! ls '$TMP' | grep -q 'out.tif'"
: >"$out"
refused_as_there() {
    ranks 2 read "$in" ! connected-components ! dilate ! write "$out" 2>"$TMP/stderr"
    [ $? -eq 1 ] && grep -q 'exists already' "$TMP/stderr" && [ ! -e "$out.part.segment-1" ]
}
ok "an output that is there is found before the first part" refused_as_there
rm -f "$out"

# Pixels outside the data are of no component, no 0 of distances, and stay outside.
gdal_translate -q -a_nodata 255 "$in" "$TMP/nodata.tif"
cat >"$TMP/outside.py" <<'END'
import sys
from osgeo import gdal

scene, labels, distances = (gdal.Open(p) for p in sys.argv[1:4])
pixels = scene.ReadAsArray()
for found in labels, distances:
    got = found.ReadAsArray()
    if found.GetRasterBand(1).GetNoDataValue() != 255 or (got[pixels == 255] != 255).any():
        sys.exit("pixels outside the data did not stay outside")
    if (got[pixels == 0] != 0).any():
        sys.exit("a 0 is not 0")
END
for n in 1 3; do
    ok "nodata: labels, $n ranks" ranks $n --chunk=64 read "$TMP/nodata.tif" ! connected-components ! write "$TMP/l.tif" --overwrite
    ok "nodata: distances, $n ranks" ranks $n --chunk=64 read "$TMP/nodata.tif" ! distance-transform ! write "$TMP/d.tif" --overwrite
    ok "nodata, $n ranks" $python "$TMP/outside.py" "$TMP/nodata.tif" "$TMP/l.tif" "$TMP/d.tif"
done

# The table has a line for each label, and the areas of the labels' pixels.
cat >"$TMP/table.py" <<'END'
import csv, sys
import numpy
from osgeo import gdal

labels = gdal.Open(sys.argv[1]).ReadAsArray()
rows = list(csv.DictReader(open(sys.argv[2])))
if [int(r["label"]) for r in rows] != list(range(1, labels.max() + 1)):
    sys.exit("not a line for each label")
areas = numpy.bincount(labels.ravel())[1:]
for r in rows:
    y, x = numpy.nonzero(labels == int(r["label"]))
    wanted = [x.min(), y.min(), x.max() - x.min() + 1, y.max() - y.min() + 1, len(x), x.sum() / len(x), y.sum() / len(y)]
    if [float(r[k]) for k in ("left", "top", "width", "height", "area", "centroid_x", "centroid_y")] != [float(v) for v in wanted]:
        sys.exit(f"label {r['label']}: {r}, not {wanted}")
END
for n in 1 3; do
    ok "table, $n ranks" ranks $n --chunk=100 read "$in" ! connected-components-with-stats ! table "$TMP/found.csv" --overwrite
    ok "table, $n ranks: of the labels" $python "$TMP/table.py" "$TMP/labels.tif" "$TMP/found.csv"
done
ok "table, ranks read" ranks 3 --io=shared --chunk=100 read "$in" ! connected-components-with-stats ! table "$TMP/shared.csv"
ok "table, ranks read: the same" cmp "$TMP/found.csv" "$TMP/shared.csv"
refused 1 2 "exists already" read "$in" ! connected-components-with-stats ! table "$TMP/found.csv"
refused 2 2 "connected-components-with-stats" read "$in" ! blur --ksize=3 ! table "$TMP/other.csv"
refused 2 2 "takes one path" read "$in" ! connected-components-with-stats ! table

# Going on: all is summed up again, what is there stays.
"$TILERY" run -q --chunk=64 read "$in" ! connected-components ! write "$TMP/good.tif" --overwrite --co BLOCKYSIZE=64
ok "resume begins where there is nothing" ranks 2 --resume --chunk=64 read "$in" ! connected-components ! write "$out" --co BLOCKYSIZE=64
ok "resume: the same" same_bytes "$TMP/good.tif" "$out"
rm -f "$out"

refused 2 3 "it takes uint8" read "$in" ! convert-to --type=uint16 ! canny --threshold1=1 --threshold2=2 ! write "$out"
refused 2 2 "min is missing" read "$in" ! area-open ! write "$out"
# What can be told of the ops and the output behind is told before the first part, which would fail of this scene.
gdal_translate -q -co COMPRESS=DEFLATE -co TILED=YES "$in" "$TMP/cut.tif" || exit 1
truncate -s $(($(stat -c %s "$TMP/cut.tif") / 2)) "$TMP/cut.tif"
refused 1 2 "truncated or corrupt" --retries=0 read "$TMP/cut.tif" ! area-open --min=4 ! blur --ksize=3 ! write "$TMP/out.tif"
refused 2 2 "takes uint8 pixels, not int16" read "$TMP/cut.tif" ! area-open --min=4 ! area-open --min=9 ! convert-to --type=int16 ! equalize-hist ! stats
refused 2 0 "JPEG has no float32" read "$TMP/cut.tif" ! area-open --min=4 ! convert-to --type=float32 ! write "$TMP/out.jpg"
refused 2 2 "creation option" read "$TMP/cut.tif" ! area-open --min=4 ! blur --ksize=3 ! write "$TMP/out.tif" --co COMPRESS=RAR
refused 2 0 "percentiles" read "$TMP/cut.tif" ! area-open --min=4 ! blur --ksize=3 ! stats --percentiles=200
refused 1 0 "report" --report="$TMP/nowhere/r.json" read "$TMP/cut.tif" ! area-open --min=4 ! blur --ksize=3 ! write "$TMP/out.tif"
refused 2 0 "takes uint8 pixels, not float32" read "$TMP/cut.tif" ! area-open --min=4 ! convert-to --type=float32 ! equalize-hist ! max --with="$in" ! write "$TMP/out.tif"
# … and what is right is not refused.
for rest in "max --with=$in ! write $TMP/right.tif" "convert-to --type=uint8 ! equalize-hist ! stats" "blur --ksize=3 ! split $TMP/right{row}.jpg --rows=2" \
    "blur --ksize=3 ! write $TMP/right.png --ot=uint16" "canny --threshold1=50 --threshold2=90 ! threshold --otsu ! write $TMP/right.tif --of=COG" \
    "convert-to --type=float32 ! normalize ! write $TMP/right.jpg --ot=uint8" "connected-components-with-stats ! table $TMP/right.csv"; do
    # shellcheck disable=SC2086
    ok "behind a sweep: $rest" ranks 0 read "$in" ! area-open --min=4 ! $rest >"$TMP/stats.txt"
    rm -f "$TMP"/right*
done
finish
