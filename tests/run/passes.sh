#!/bin/sh
# Ops that must know the whole scene first: the same output whoever gathers it, of what is inside the data alone.
. tests/run/lib.sh
find_python "import numpy, osgeo.gdal"

in=$TMP/in.tif
out=$TMP/out.tif
"$GENERATE" "$in" 1500 1100 Byte || exit 1
gdal_translate -q -b 1 -b 1 -scale_2 0 255 40 90 "$in" "$TMP/two.tif" || exit 1

# The same bytes with any number of ranks and any chunks, isolated, of failing tries.
for ops in "threshold --otsu" "gaussian-blur --sigma-x=3 ! threshold --triangle --maxval=9" \
    "clahe --tile-grid-size=5x3" "convert-to --type=uint16 --alpha=200 ! clahe --clip-limit=3" \
    "convert-to --type=float32 --alpha=0.3 ! normalize --norm-type=l2 --alpha=90000" \
    "equalize-hist ! gaussian-blur --sigma-x=2 ! threshold --otsu" "sobel --dx=1 --dy=0 ! normalize --alpha=255 --dtype=uint8"; do
    # shellcheck disable=SC2086 # pipelines are meant to be split
    ok "$ops: alone" ranks 0 read "$TMP/two.tif" ! $ops ! write "$TMP/good.tif" --overwrite
    for more in "1 --chunk=512x256" "2 --io=shared" "3 --isolate" "3 --chunk=512 --io=root"; do
        # shellcheck disable=SC2086
        ok "$ops: ranks $more" ranks $more read "$TMP/two.tif" ! $ops ! write "$out"
        ok "$ops: ranks $more: the same" same_bytes "$TMP/good.tif" "$out"
        rm -f "$out"
    done
done

# Each band has its own level; what is outside the data has no say: nodata value, mask.
cat >"$TMP/levels.py" <<'END'
import sys
import numpy
from osgeo import gdal

def otsu(values):
    h = numpy.bincount(values, minlength=256).astype(float)
    n, i = h.sum(), numpy.arange(256)
    below, sums = numpy.cumsum(h) / n, numpy.cumsum(i * h) / n
    with numpy.errstate(divide="ignore", invalid="ignore"):
        between = (sums[-1] * below - sums) ** 2 / (below * (1 - below))
    return numpy.nanargmax(between)

scene, out = (gdal.Open(p) for p in sys.argv[1:3])
inside = scene.GetRasterBand(1).GetMaskBand().ReadAsArray() != 0
for b in range(scene.RasterCount):
    values, got = scene.GetRasterBand(b + 1).ReadAsArray(), out.GetRasterBand(b + 1).ReadAsArray()
    wanted = numpy.where(values > otsu(values[inside]), 255, 0)
    if (got != wanted)[inside].any():
        sys.exit(f"band {b + 1}: {(got != wanted)[inside].sum()} pixels differ")
END
gdal_translate -q -a_nodata 0 -scale 60 255 0 255 "$in" "$TMP/nodata.tif" || exit 1
$python - "$in" "$TMP/masked.tif" <<'END' || exit 1
import sys
from osgeo import gdal
gdal.SetConfigOption("GDAL_TIFF_INTERNAL_MASK", "YES")
scene = gdal.Open(sys.argv[1])
out = gdal.GetDriverByName("GTiff").CreateCopy(sys.argv[2], scene)
out.CreateMaskBand(gdal.GMF_PER_DATASET)
mask = scene.ReadAsArray() > 70
out.GetRasterBand(1).GetMaskBand().WriteArray((mask * 255).astype("uint8"))
END
for kind in two nodata masked; do
    for n in 1 3; do
        ok "$kind, $n ranks" ranks $n --chunk=512 read "$TMP/$kind.tif" ! threshold --otsu ! write "$out" --overwrite
        ok "$kind, $n ranks: levels of what is inside" $python "$TMP/levels.py" "$TMP/$kind.tif" "$out"
    done
done
rm -f "$out"

# Whatever lies under a mask: what is inside comes out the same.
cat >"$TMP/inside.py" <<'END'
import sys
from osgeo import gdal

a, b = (gdal.Open(p) for p in sys.argv[1:3])
inside = a.GetRasterBand(1).GetMaskBand().ReadAsArray() != 0
differs = a.ReadAsArray() != b.ReadAsArray()
sys.exit(f"{(differs & inside).sum()} pixels differ" if (differs & inside).any() or inside.all() else 0)
END
cp "$TMP/masked.tif" "$TMP/other.tif"
$python - "$TMP/other.tif" <<'END' || exit 1
import sys
from osgeo import gdal

scene = gdal.Open(sys.argv[1], gdal.GA_Update)
inside = scene.GetRasterBand(1).GetMaskBand().ReadAsArray() != 0
scene.GetRasterBand(1).WriteArray(scene.ReadAsArray() ^ (~inside * 85).astype("uint8"))
END
for ops in "equalize-hist" "clahe --tile-grid-size=4" "normalize --alpha=255" "normalize --norm-type=l1 --alpha=9e7"; do
    # shellcheck disable=SC2086
    ok "$ops: of a mask" ranks 2 --chunk=512 read "$TMP/masked.tif" ! $ops ! write "$out" --overwrite
    # shellcheck disable=SC2086
    ok "$ops: of other pixels under it" ranks 2 --chunk=512 read "$TMP/other.tif" ! $ops ! write "$TMP/out2.tif" --overwrite
    ok "$ops: the same inside" $python "$TMP/inside.py" "$out" "$TMP/out2.tif"
done
rm -f "$out" "$TMP/out2.tif"

# Going on, and failures, in a pass as anywhere.
ok "resume begins where there is nothing" ranks 2 --resume read "$in" ! threshold --otsu ! write "$out"
rm -f "$out"
refused 2 0 "uint8 and uint16" read "$in" ! convert-to --type=float32 ! threshold --otsu ! write "$TMP/out2.tif"
refused 2 3 "give one of" read "$in" ! threshold --otsu --thresh=4 ! write "$TMP/out2.tif"
gdal_translate -q -co COMPRESS=DEFLATE -co TILED=YES "$in" "$TMP/deflate.tif"
truncate -s $(($(stat -c %s "$TMP/deflate.tif") / 2)) "$TMP/deflate.tif"
rm -f "$out"
refused 1 3 "truncated or corrupt" --retries=0 read "$TMP/deflate.tif" ! threshold --otsu ! write "$out"
# What can be told before a pass is told before it.
touch "$TMP/there.tif"
early() {
    status=$1 pattern=$2
    shift 2
    "$TILERY" run -v --progress=none "$@" >"$TMP/said" 2>&1
    [ $? = "$status" ] && grep -q "$pattern" "$TMP/said" && ! grep -q "gone through" "$TMP/said"
}
ok "an output that is there: before a pass" early 1 "exists already" read "$in" ! threshold --otsu ! write "$TMP/there.tif"
ok "no directory: before a pass" early 1 "cannot be created" --report "$TMP/no/r" read "$in" ! threshold --otsu ! write "$out"
ok "no such option: before a pass" early 2 "no creation option" read "$in" ! threshold --otsu ! write "$out" --co NO=1
ok "a type for a later op: before a pass" early 2 "takes uint8 pixels" read "$in" ! normalize ! convert-to --type=int16 ! equalize-hist ! write "$out"

# All ranks read in a pass, each its own part; report and timeline tell of it.
ok "a shared pass" ranks 3 --io=shared --chunk=512x256 --report "$TMP/report.json" --trace "$TMP/trace.json" read "$in" ! equalize-hist ! threshold --otsu ! write "$out" --overwrite
ok "its report and its timeline" $python - "$TMP/report.json" "$TMP/trace.json" <<'END'
import json
import sys

report, trace = (json.load(open(p)) for p in sys.argv[1:3])
passes = report["passes"]
assert [p["op"] for p in passes] == ["equalize-hist", "threshold"], passes
assert all(p["gathered"] == "histogram" and p["seconds"] > 0 for p in passes), passes
assert report["totals"]["wall_seconds"] > sum(p["seconds"] for p in passes)
events = [e for e in trace["traceEvents"] if e["ph"] == "X"]
for rank in {e["tid"] for e in events}:
    spans = [e for e in events if e["tid"] == rank and e["name"] == "gathering"]
    assert len(spans) == 2, spans
    first = spans[0]
    inside = {e["name"] for e in events if e["tid"] == rank and first["ts"] <= e["ts"] < first["ts"] + first["dur"]}
    assert "feeding" in inside or rank == 0, (rank, inside)
END
rm -f "$out"

# Pixels are kept from pass to pass where they fit and are of use; they are those that would be computed again.
cat >"$TMP/kept.py" <<'END'
import json
import sys

report = json.load(open(sys.argv[1]))
chunks, kept = (sum(r["amounts"][k] for r in report["ranks"]) for k in ("chunks", "kept_chunks"))
least = float(sys.argv[2]) * chunks
assert kept >= least if least else kept == 0, (kept, chunks)
assert kept == 0 or "passes" not in report or report["passes"][-1]["keeps"], report["passes"]
END
kept() { # kept NAME LEAST PATTERN N OPTION... -- PIPELINE...: that share of the last pass, at least; 0: none
    title=$1 least=$2 pattern=$3 count=$4
    shift 4
    rm -f "$out" "$TMP/good.tif"
    ops="$*"
    # shellcheck disable=SC2086
    ok "$title: isolated, with nothing kept" ranks 0 --isolate ${ops#*-- }
    mv "$out" "$TMP/good.tif"
    # shellcheck disable=SC2086
    ranks "$count" -v --report="$TMP/report.json" ${ops%%-- *} ${ops#*-- } 2>"$TMP/said"
    ok "$title: the same bytes" same_bytes "$TMP/good.tif" "$out"
    ok "$title: as -v says" grep -q "$pattern" "$TMP/said"
    ok "$title: by the report" $python "$TMP/kept.py" "$TMP/report.json" "$least"
}
for n in 1 3; do
    for io in root shared; do
        kept "kept, $n ranks, $io" 0.5 "threshold: ranks keep" "$n" --io=$io --chunk=256 -- \
            read "$in" ! median-blur --ksize=5 ! threshold --otsu ! write "$out"
    done
done
kept "kept, alone" 1 "clahe: ranks keep" 1 -- read "$in" ! blur --ksize=3 ! clahe ! write "$out"
kept "kept for two passes" 1 "threshold: ranks keep" 1 -- read "$in" ! clahe ! threshold --otsu ! write "$out"
kept "kept and verified" 0.5 "threshold: ranks keep" 2 --verify=100 -- read "$in" ! blur --ksize=3 ! threshold --otsu ! write "$out"
kept "kept for tiles of other sides" 1 "equalize-hist: ranks keep" 1 -- \
    read "$in" ! blur --ksize=3 ! equalize-hist ! write "$out" --co BLOCKXSIZE=176 --co BLOCKYSIZE=48
kept "kept for strips" 1 "equalize-hist: ranks keep" 1 -- read "$in" ! blur --ksize=3 ! equalize-hist ! write "$out" --co TILED=NO
kept "kept for a COG" 1 "equalize-hist: ranks keep" 1 -- read "$in" ! blur --ksize=3 ! equalize-hist ! write "$out" --of=COG
kept "kept of two scenes" 1 "equalize-hist: ranks keep" 1 -- \
    read "$in" ! max "--with=$in" ! equalize-hist ! write "$out"
kept "computed again: what follows blurs" 0 "equalize-hist: the pixels before it are computed again.*beside" 2 -- \
    read "$in" ! blur --ksize=3 ! equalize-hist ! blur --ksize=3 ! write "$out"
kept "computed again: overviews that look further" 0 "computed again.*beside" 2 -- \
    read "$in" ! blur --ksize=3 ! equalize-hist ! write "$out" --of=COG --co OVERVIEW_RESAMPLING=GAUSS
# Bands of an op that sweeps are two tasks each.
for io in root shared; do
    kept "bands kept, $io" 0.25 "canny: ranks keep its pixels" 3 --io=$io --chunk=100 -- \
        read "$in" ! canny --threshold1=90 --threshold2=200 ! write "$out"
done
kept "bands kept of nodata" 0.5 "canny: ranks keep its pixels" 1 --chunk=100 -- \
    read "$TMP/nodata.tif" ! canny --threshold1=90 --threshold2=200 ! write "$out"
kept "bands computed again: masks" 0 "computed again.*mask" 2 --chunk=100 -- \
    read "$TMP/masked.tif" ! canny --threshold1=90 --threshold2=200 ! write "$out"
kept "bands of labels" 0 "credits" 2 --chunk=100 -- read "$in" ! threshold --thresh=90 ! connected-components ! write "$out"
if [ -z "${MPI_ASAN_OPTIONS:-}" ]; then # of a sanitized build, memory is not that of others
    "$GENERATE" "$TMP/large.tif" 9000 7000 UInt16 TILED=YES COMPRESS=DEFLATE || exit 1
    kept "computed again: too large" 0 "computed again.*would keep about 7[0-9].*and has" 2 --memory=110M -- \
        read "$TMP/large.tif" ! blur --ksize=3 ! threshold --otsu ! write "$out"
    rm -f "$TMP/large.tif"
fi
kept "of what is inside only" 0 "equalize-hist: ranks keep" 2 -- read "$TMP/nodata.tif" ! blur --ksize=3 ! equalize-hist ! write "$out"
kept "not where masks are" 0 "computed again.*mask" 2 -- read "$TMP/masked.tif" ! blur --ksize=3 ! equalize-hist ! write "$out"
ok "kept for an image" ranks 2 --chunk=256 --report="$TMP/report.json" read "$in" ! blur --ksize=3 ! equalize-hist ! write "$TMP/kept.png"
ok "kept for an image: by the report" $python "$TMP/kept.py" "$TMP/report.json" 0.5
ok "an image with nothing kept" ranks 0 --isolate read "$in" ! blur --ksize=3 ! equalize-hist ! write "$TMP/good.png"
ok "kept for an image: the same bytes" cmp "$TMP/good.png" "$TMP/kept.png"
rm -f "$out"

# What is kept never costs a job: with memory that it has not enough of besides, it is forgotten.
"$GENERATE" "$TMP/large.tif" 8000 6000 Byte TILED=YES COMPRESS=DEFLATE || exit 1
if [ -z "${MPI_ASAN_OPTIONS:-}" ]; then
    for memory in 152M 156M 160M 170M; do
        ok "kept, and then too much, $memory" ranks 0 --memory=$memory read "$TMP/large.tif" ! blur --ksize=3 ! \
            normalize ! convert-to --type=float64 ! stats --percentiles=2,50 --extremes=100000 >"$TMP/stats.txt"
    done
fi
rm -f "$TMP/large.tif"
# It is forgotten, too, when nothing can use it any more.
kept "of use to one pass" 0 "clahe: ranks keep" 1 -- \
    read "$in" ! blur --ksize=3 ! clahe ! threshold --otsu ! blur --ksize=3 ! write "$out"
rm -f "$out"
touch "$TMP/there.png"
ok "an image that is there: before a pass" early 1 "exists already" read "$in" ! threshold --otsu ! write "$TMP/there.png"
ok "an image without such pixels: before a pass" early 2 "JPEG has no float32" read "$in" ! equalize-hist ! convert-to --type=float32 ! write "$TMP/there.jpg"

ok "-v says how many passes there will be" sh -c "'$TILERY' run -v --progress=none read '$in' ! equalize-hist ! threshold --otsu ! write '$out' 2>&1 | grep -q 'at least 3 passes.* for equalize-hist (its histogram), threshold (its'"
rm -f "$out"
ok "-v says what an op became" sh -c "'$TILERY' run -v --progress=none read '$in' ! threshold --otsu ! write '$out' 2>&1 | grep -q 'threshold: the scene was gone through.*--thresh=[0-9]'"
finish
