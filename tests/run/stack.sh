#!/bin/sh
# stack: statistics of series beside numpy's; the same bytes however the work is divided.
. tests/run/lib.sh
find_python "import numpy, osgeo.gdal"

out=$TMP/out.tif
mkdir "$TMP/in"
cat >"$TMP/make.py" <<'END'
"""Makes series: 7 scenes of 3 bands of each type, with and without nodata, and photographs."""
import sys
import numpy
from osgeo import gdal

gdal.UseExceptions()
gdal.SetConfigOption("GDAL_TIFF_INTERNAL_MASK", "YES")
where = sys.argv[1]
rng = numpy.random.default_rng(7)
HEIGHT, WIDTH, BANDS, SCENES = 301, 233, 3, 7
TYPES = {"uint8": gdal.GDT_Byte, "uint16": gdal.GDT_UInt16, "int16": gdal.GDT_Int16,
         "float32": gdal.GDT_Float32}
TILED = ["TILED=YES", "BLOCKXSIZE=64", "BLOCKYSIZE=64", "COMPRESS=DEFLATE"]


def write(path, pixels, options, nodata=None):
    bands, height, width = pixels.shape
    scene = gdal.GetDriverByName("GTiff").Create(path, width, height, bands,
                                                 TYPES[str(pixels.dtype)], options)
    scene.SetGeoTransform((1000, 2, 0, 5000, 0, -2))
    scene.SetProjection("EPSG:32633")
    for b in range(bands):
        scene.GetRasterBand(b + 1).SetDescription(f"band {b}")
        if nodata is not None:
            scene.GetRasterBand(b + 1).SetNoDataValue(nodata)
    scene.WriteArray(pixels)
    return scene


for name in TYPES:
    ground = rng.integers(20, 200, (BANDS, HEIGHT, WIDTH))
    for k in range(SCENES):
        pixels = (ground + rng.integers(-19, 50, ground.shape)).astype(float)
        if name == "int16":
            pixels = pixels * 100 - 9000
        if name == "uint16":
            pixels *= 250
        if name == "float32":
            pixels += rng.random(ground.shape)
            pixels[rng.random(ground.shape) < 0.2] = numpy.nan
            pixels[:, :40, :70] = numpy.nan
        pixels = pixels.astype(name)
        write(f"{where}/{name}-{k}.tif", pixels, TILED if k % 2 else ["BLOCKYSIZE=16"])
        if name == "float32":
            continue
        if name == "uint8":
            copy = gdal.Open(f"{where}/{name}-{k}.tif")
            gdal.GetDriverByName("JPEG").CreateCopy(f"{where}/{k}.jpg", copy)
            gdal.GetDriverByName("PNG").CreateCopy(f"{where}/{k}.png", copy)
        gaps = rng.random(ground.shape) < 0.3
        gaps[:, :40, :70] = True
        if name == "uint8":
            masked = write(f"{where}/masked-{k}.tif", pixels, TILED)
            masked.CreateMaskBand(gdal.GMF_PER_DATASET)
            masked.GetRasterBand(1).GetMaskBand().WriteArray((~gaps[0] * 255).astype("uint8"))
        pixels[gaps] = 9
        write(f"{where}/gaps-{name}-{k}.tif", pixels, TILED, 9)
END
cat >"$TMP/compare.py" <<'END'
"""Compares what was made of scenes with what numpy makes of them in float64: compare.py OUT=OP... SCENE..."""
import sys
import warnings
import numpy
from osgeo import gdal

gdal.UseExceptions()
warnings.simplefilter("ignore")
outs = [word.split("=") for word in sys.argv[1:] if "=" in word]
paths = [word for word in sys.argv[1:] if "=" not in word]
series = []
for path in paths:
    scene = gdal.Open(path)
    pixels = scene.ReadAsArray().astype(float).reshape(scene.RasterCount, scene.RasterYSize, -1)
    nodata = scene.GetRasterBand(1).GetNoDataValue()
    if nodata is not None:
        pixels[pixels == nodata] = numpy.nan
    if scene.GetRasterBand(1).GetMaskFlags() == gdal.GMF_PER_DATASET:
        pixels[:, scene.GetRasterBand(1).GetMaskBand().ReadAsArray() == 0] = numpy.nan
    series.append(pixels)
series = numpy.array(series)
inside = ~numpy.isnan(series)
none = ~inside.any(axis=0)


def trend():
    t = numpy.where(inside, numpy.arange(len(series))[:, None, None, None], numpy.nan)
    dt = t - numpy.nanmean(t, axis=0)
    return numpy.nansum(dt * (series - numpy.nanmean(series, axis=0)), 0) / numpy.nansum(dt * dt, 0)


def first(which, empty):
    return numpy.where(none, numpy.nan, which(numpy.where(inside, series, empty), axis=0))


OPS = {
    "mean": lambda: numpy.nanmean(series, axis=0),
    "variance": lambda: numpy.nanvar(series, axis=0),
    "variance1": lambda: numpy.where(inside.sum(axis=0) > 1, numpy.nanvar(series, axis=0, ddof=1),
                                     numpy.nan),
    "stddev": lambda: numpy.nanstd(series, axis=0),
    "min": lambda: numpy.nanmin(series, axis=0),
    "max": lambda: numpy.nanmax(series, axis=0),
    "median": lambda: numpy.nanmedian(series, axis=0),
    "count": lambda: inside.sum(axis=0).astype(float),
    "argmin": lambda: first(numpy.argmin, numpy.inf),
    "argmax": lambda: first(numpy.argmax, -numpy.inf),
    "trend": trend,
}
scene = gdal.Open(paths[0])


def complaint(out, wanted):
    got = out.ReadAsArray().astype(float).reshape(wanted.shape)
    nodata = out.GetRasterBand(1).GetNoDataValue()
    if nodata is not None:
        got[got == nodata] = numpy.nan
    missing = numpy.isnan(got) != numpy.isnan(wanted)
    if missing.any():
        return f"{missing.sum()} pixels are nodata and should not, or the other way round"
    scale = numpy.maximum(numpy.abs(wanted), numpy.nanmax(numpy.abs(series)) * 1e-3)
    wrong = numpy.nanmax(numpy.abs(got - wanted) / scale)
    if not wrong <= 1e-6:
        return f"off by {wrong:.2g}"
    if (out.GetGeoTransform(), out.GetProjection()) != (scene.GetGeoTransform(), scene.GetProjection()):
        return "the georeference is not that of the first scene"
    if out.GetRasterBand(2).GetDescription() != scene.GetRasterBand(2).GetDescription():
        return "the bands' names are not those of the first scene"
    return None


bad = False
for path, op in outs:
    why = complaint(gdal.Open(path), OPS[op]())
    if why:
        print(f"{op} of {paths[0]} ...: {why}", file=sys.stderr)
        bad = True
sys.exit(bad)
END
$python "$TMP/make.py" "$TMP/in" || exit 1

# All ops of all kinds of scenes, by one to three ranks.
compare() { # compare OP SCENE...: $out
    op=$1
    shift
    "$python" "$TMP/compare.py" "$out=$op" "$@"
}
n=0
for kind in uint8- float32- gaps-uint8- gaps-uint16- masked-; do
    outs=
    for op in mean variance stddev min max median count argmin argmax trend; do
        n=$(((n + 1) % 8))
        case "$kind$op" in
        masked-min | masked-max) more=--nodata=0 ;;
        *) more= ;;
        esac
        # shellcheck disable=SC2086 # a word or none
        ok "$op of $kind: $((n > 3 ? 0 : n)) ranks" ranks $((n > 3 ? 0 : n)) stack "$TMP/in/$kind?.tif" ! temporal-$op $more ! write "$TMP/$kind$op.tif"
        outs="$outs $TMP/$kind$op.tif=$op"
    done
    # shellcheck disable=SC2086 # words
    ok "$kind: as numpy has it" "$python" "$TMP/compare.py" $outs "$TMP/in/$kind"?.tif
done
ok "ddof" ranks 2 stack "$TMP/in/gaps-uint16-?.tif" ! temporal-variance --ddof=1 --dtype=float64 ! write "$out" --overwrite
ok "ddof: as numpy has it" compare variance1 "$TMP/in"/gaps-uint16-?.tif
for op in variance median argmax; do
    ok "$op of photographs" ranks 2 stack "$TMP/in/?.jpg" ! temporal-$op ! write "$out" --overwrite
    ok "$op of photographs: as numpy has it" compare $op "$TMP/in"/?.jpg
done

# The same bytes by any number of ranks, in any chunks, whoever reads.
while read -r how scenes ops; do
    how=$(echo "$how" | tr , ' ')
    # shellcheck disable=SC2086 # pipelines are meant to be split
    ok "$scenes $ops: alone" ranks 0 stack "$TMP/in/$scenes" ! $ops ! write "$TMP/good.tif" --overwrite
    for more in $how; do
        more=$(echo "$more" | tr + ' ')
        # shellcheck disable=SC2086
        ok "$scenes $ops: $more" ranks $more stack "$TMP/in/$scenes" ! $ops ! write "$out" --overwrite
        ok "$scenes $ops: $more: the same" same_bytes "$TMP/good.tif" "$out"
    done
done <<'END'
1+--chunk=512x64,3+--io=root,4+--chunk=512x32 gaps-uint16-?.tif temporal-variance
3+--chunk=64,2+--io=root float32-?.tif temporal-variance ! gaussian-blur --sigma-x=2
2+--io=shared,3+--io=root,4 float32-?.tif gaussian-blur --sigma-x=1 ! temporal-median
2+--chunk=64,3+--io=root gaps-int16-?.tif blur --ksize=5 --border-type=wrap ! temporal-trend
2+--chunk=512x48,3 masked-?.tif median-blur --ksize=3 ! temporal-stddev ! normalize --alpha=255 --dtype=float32
2,3+--io=root,4 ?.jpg temporal-variance ! resize --fx=0.5 --fy=0.5
3,2+--io=root ?.png convert-to --type=float32 ! temporal-mean --dtype=float64
END

# Ops before are done to each scene by itself.
ok "blurred scenes" ranks 0 each "$TMP/in/uint8-?.tif" ! blur --ksize=5 ! write "$TMP/in/blurred-{stem}.tif"
ok "ops before" ranks 2 stack "$TMP/in/uint8-?.tif" ! blur --ksize=5 ! temporal-mean ! write "$out" --overwrite
ok "ops before: as of scenes that had them" compare mean "$TMP/in"/blurred-uint8-?.tif

# Lists, bands, windows; nodata that is a value like any other; provenance.
ls "$TMP/in"/uint8-?.tif >"$TMP/list.txt"
ok "a list" ranks 2 stack "@$TMP/list.txt" ! temporal-mean ! write "$out" --overwrite
ok "a list: as numpy has it" compare mean "$TMP/in"/uint8-?.tif
ok "provenance" sh -c "gdalinfo '$out' | grep -q 'TILERY_PIPELINE=temporal-mean' && gdalinfo '$out' | grep -q 'TILERY_SOURCE=uint8-0.tif'"
ok "a window" ranks 2 stack "$TMP/in/uint8-?.tif" --window=30,40,100,90 --bands=2 ! temporal-mean ! write "$TMP/part.tif"
ok "a window: of it all" "$python" -c "
import numpy, sys
from osgeo import gdal
part, all = (gdal.Open(p).ReadAsArray() for p in sys.argv[1:])
sys.exit(not numpy.array_equal(part, all[1, 40:130, 30:130]))" "$TMP/part.tif" "$out"
ok "nodata ignored" ranks 2 --nodata=ignore stack "$TMP/in/gaps-uint8-?.tif" ! temporal-count ! write "$out" --overwrite
ok "nodata ignored: all count" sh -c "gdalinfo -mm '$out' | grep -c 'Min/Max=7.000,7.000' | grep -qx 3"
rm -f "$out"

# Any sink: the pixel that varies most is where a hot one was put, in one scene.
$python - "$TMP/in" <<'END' || exit 1
import shutil
import sys
from osgeo import gdal
shutil.copy(f"{sys.argv[1]}/uint16-6.tif", f"{sys.argv[1]}/hot.tif")
scene = gdal.Open(f"{sys.argv[1]}/hot.tif", gdal.GA_Update)
pixels = scene.ReadAsArray()
pixels[1, 200, 123] = 65535
scene.WriteArray(pixels)
END
ranks 2 stack "$TMP/in"/uint16-[0-5].tif "$TMP/in/hot.tif" ! temporal-variance ! stats --extremes=1 >"$TMP/said"
ok "stats of a series: status" [ $? -eq 0 ]
ok "stats of a series: the hot pixel" sh -c "sed -n '/^band 2, 1 highest/,/^\$/p' '$TMP/said' | grep -Eq ' 123 +200( |\$)'"

# Scenes that cannot take part.
gdal_translate -q -srcwin 0 0 100 301 "$TMP/in/uint8-1.tif" "$TMP/narrow.tif"
gdal_translate -q -ot UInt16 "$TMP/in/uint8-1.tif" "$TMP/wide.tif"
gdal_translate -q -a_ullr 0 100 100 0 "$TMP/in/uint8-1.tif" "$TMP/elsewhere.tif"
head -c 60000 "$TMP/in/uint8-1.tif" >"$TMP/torn.tif"
head -c 60000 "$TMP/in/3.png" >"$TMP/torn.png"
head -c 20000 "$TMP/in/3.jpg" >"$TMP/torn.jpg"
refused 2 3 "narrow.tif: has 100x301 pixels" stack "$TMP/in/uint8-?.tif" "$TMP/narrow.tif" ! temporal-mean ! write "$out"
refused 2 0 "wide.tif: has 3 bands of uint16" stack "$TMP/in/uint8-?.tif" "$TMP/wide.tif" ! temporal-mean ! write "$out"
refused 2 2 "elsewhere.tif: lies on another grid" stack "$TMP/in/uint8-?.tif" "$TMP/elsewhere.tif" ! temporal-mean ! write "$out"
refused 1 2 "torn.tif" stack "$TMP/in/uint8-?.tif" "$TMP/torn.tif" ! temporal-mean ! write "$out"
refused 1 3 "torn.png" stack "$TMP/in/?.png" "$TMP/torn.png" ! temporal-mean ! write "$out"
refused 1 0 "torn.jpg" stack "$TMP/in/?.jpg" "$TMP/torn.jpg" ! temporal-mean ! write "$out"
refused 1 2 "missing.tif" stack "$TMP/in/uint8-?.tif" "$TMP/missing.tif" ! temporal-mean ! write "$out"
ok "nothing is left of them" sh -c "! ls '$TMP' | grep part.segment"
for n in 1 3; do
    ranks $n --on-error=skip stack "$TMP/in/uint8-?.tif" "$TMP/narrow.tif" "$TMP/torn.tif" ! temporal-argmax ! write "$out" 2>"$TMP/said"
    ok "left out: $n ranks, status" [ $? -eq 3 ]
    ok "left out: $n ranks, named" sh -c "grep -q 'left out.*narrow.tif' '$TMP/said' && grep -q 'left out.*torn.tif' '$TMP/said'"
    ok "left out: $n ranks, the others count" compare argmax "$TMP/in"/uint8-?.tif
    ranks "$n" --on-error=skip stack "$TMP/in"/[0-2].png "$TMP/torn.png" "$TMP/in"/[3-6].png ! temporal-variance ! write "$out" --overwrite 2>"$TMP/said"
    ok "left out of photographs: $n ranks, status" [ $? -eq 3 ]
    ok "left out of photographs: $n ranks" compare variance "$TMP/in"/?.png
    rm -f "$out"
done

# The report tells of the series, too.
ok "a report" ranks 2 --report="$TMP/report.json" stack "$TMP/in/uint8-?.tif" ! temporal-mean ! write "$out" --overwrite
ok "a report: of the series" $python -c '
import json, sys
report = json.load(open(sys.argv[1]))
series, = report["passes"]
assert (series["op"], series["gathered"]) == ("temporal-mean", "pixels") and 0 < series["seconds"] < report["totals"]["wall_seconds"], report
' "$TMP/report.json"
rm -f "$out"

# What cannot be asked for.
refused 2 0 "makes one image of its scenes by a temporal op" stack "$TMP/in/uint8-?.tif" ! blur --ksize=3 ! write "$out"
refused 2 0 "the series is one image behind" stack "$TMP/in/uint8-?.tif" ! temporal-mean ! temporal-max ! write "$out"
refused 2 0 "which .stack SCENE...* reads" read "$TMP/in/uint8-1.tif" ! temporal-mean ! write "$out"
refused 2 0 "must know a whole scene first" stack "$TMP/in/uint8-?.tif" ! equalize-hist ! temporal-mean ! write "$out"
refused 2 0 "5 numbers for 7 scenes" stack "$TMP/in/uint8-?.tif" ! temporal-trend --times=1,2,3,4,5 ! write "$out"
refused 2 0 "say what pixels without any value are to be" stack "$TMP/in/masked-?.tif" ! temporal-min ! write "$out"
refused 2 0 "nothing" stack "$TMP/in/nothing*.tif" ! temporal-mean ! write "$out"
refused 2 1 "is too little for this series" --memory=40M stack "$TMP/in/uint8-?.tif" ! temporal-mean ! write "$out"
# … is told before a scene is added up, of which one is cut short.
cp "$TMP/in/uint8-1.tif" "$TMP/cut.tif"
truncate -s $(($(stat -c %s "$TMP/cut.tif") / 2)) "$TMP/cut.tif"
refused 1 2 "cut.tif" stack "$TMP/in/uint8-2.tif" "$TMP/cut.tif" ! temporal-mean ! write "$out"
refused 2 2 "takes uint8 pixels, not float32" stack "$TMP/in/uint8-2.tif" "$TMP/cut.tif" ! temporal-mean ! equalize-hist ! write "$out"
refused 2 0 "JPEG has no float32" stack "$TMP/in/uint8-2.tif" "$TMP/cut.tif" ! temporal-mean ! write "$TMP/out.jpg"
# For what is behind the series, nothing is skipped.
ok "skipping scenes, into statistics" ranks 2 --on-error=skip stack "$TMP/in"/[0-3].png ! temporal-mean ! stats >"$TMP/stats.txt"
finish
