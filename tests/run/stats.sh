#!/bin/sh
# `stats`: what numpy says of the same pixels, in every type, and the same bytes whoever gathers it.
. tests/run/lib.sh
find_python "import numpy, osgeo.gdal"

cat >"$TMP/make.py" <<'END'
import sys
import numpy
from osgeo import gdal, gdal_array, osr

gdal.UseExceptions()
gdal.SetConfigOption("GDAL_TIFF_INTERNAL_MASK", "YES")
folder, types = sys.argv[1], sys.argv[2:]
rng = numpy.random.default_rng(5)
crs = osr.SpatialReference()
crs.ImportFromEPSG(32618)
shape = (2, 560, 800)
big = {"uint64": gdal.GDT_UInt64, "int64": gdal.GDT_Int64}

for name in types:
    kind, _, extra = name.partition("-")
    t = numpy.dtype(kind)
    if t.kind == "f":
        v = (rng.normal(0, 1, shape) * numpy.exp(rng.normal(0, 5, shape))).astype(t)
        v[0, 530:, :77] = numpy.nan
    elif kind not in big:
        i = numpy.iinfo(t)
        v = rng.integers(i.min, i.max, shape, dtype=t, endpoint=True)
    else: # what nearly cancels
        v = rng.integers(0, 1000, shape) + (1 << 60)
        v = (-v if t.kind == "i" else v).astype(t)
    v[:, 100:300, 500:790] = 7
    v[:, :10, :10] = 3e5 if t.kind == "f" else v[1].max() # ties
    d = gdal.GetDriverByName("GTiff").Create(f"{folder}/{name}.tif", shape[2], shape[1], shape[0],
                                             big.get(kind) or gdal_array.NumericTypeCodeToGDALTypeCode(t),
                                             ["TILED=YES", "COMPRESS=DEFLATE"])
    d.SetProjection(crs.ExportToWkt())
    d.SetGeoTransform((300000, 10, 0, 5000000, 0, -10))
    if extra == "nodata":
        for b in (1, 2):
            d.GetRasterBand(b).SetNoDataValue(7)
    if extra == "masked":
        d.CreateMaskBand(gdal.GMF_PER_DATASET)
        d.GetRasterBand(1).GetMaskBand().WriteArray((rng.random(shape[1:]) < 0.7).astype("uint8") * 255)
    d.WriteArray(v)
END

cat >"$TMP/check.py" <<'END'
"""check.py FOLDER N SCENE:BINS...: whether the JSON of scenes is what numpy says of them."""
import json
import sys
import numpy
from osgeo import gdal, osr

gdal.UseExceptions()
folder, n, *scenes = sys.argv[1:]
n = int(n)
percents = (0, 2, 33.3, 50, 98, 100)
degrees = osr.SpatialReference()
degrees.ImportFromEPSG(4326)
degrees.SetAxisMappingStrategy(osr.OAMS_TRADITIONAL_GIS_ORDER)
bad = []

def want(what, is_, wanted, rel=0.0):
    if not (is_ == wanted or rel and abs(is_ - wanted) <= rel * abs(wanted)):
        bad.append(f"{scene}: {what}: {is_!r}, not {wanted!r}"[:500])

for scene in scenes:
    scene, bins = scene.split(":")
    bins = int(bins)
    got = json.load(open(f"{folder}/{scene}.json"))
    d = gdal.Open(f"{folder}/{scene}.tif")
    gt = d.GetGeoTransform()
    to_degrees = osr.CoordinateTransformation(d.GetSpatialRef(), degrees)
    want("width", got["width"], d.RasterXSize)
    want("geotransform", tuple(got["geotransform"]), gt)
    want("crs", got["crs"], "EPSG:32618")
    for b, g in enumerate(got["bands"], 1):
        band = d.GetRasterBand(b)
        v = band.ReadAsArray()
        nodata, flags = band.GetNoDataValue(), band.GetMaskFlags()
        if flags & gdal.GMF_PER_DATASET and not flags & gdal.GMF_ALL_VALID:
            out = band.GetMaskBand().ReadAsArray() == 0
        else:
            out = numpy.zeros(v.shape, bool) if nodata is None else v == nodata
        nan = numpy.isnan(v) & ~out
        inside = v[~out & ~nan]
        want("total", g["total"], v.size)
        want("valid", g["valid"], inside.size)
        want("nodata", g["nodata"], int(out.sum()))
        want("nan", g["nan"], int(nan.sum()))
        want("min", g["min"], inside.min().item())
        want("max", g["max"], inside.max().item())
        wide = inside.astype("longdouble")
        mean = wide.mean()
        want("mean", g["mean"], float(mean), 1e-12)
        want("variance", g["variance"], float(((wide - mean) ** 2).mean()), 1e-11)
        want("stddev", g["stddev"], g["variance"] ** 0.5, 1e-15)
        real = inside.astype("float64")
        for p, one in zip(percents, g.get("percentiles", [])):
            want("percent", one["percent"], float(p))
            want(f"{p} %", one["value"], numpy.percentile(real, float(p)).item())
        want("percentiles", len(g.get("percentiles", [])), len(percents))
        if bins:
            h = g["histogram"]
            want("histogram", h["counts"], numpy.histogram(real, bins)[0].tolist())
            want("from", h["from"], real.min())
            want("to", h["to"], real.max())
        elif inside.dtype.itemsize <= 2:
            values, counts = numpy.unique(inside, return_counts=True)
            want("values", g["values"], dict(zip(map(str, values.tolist()), counts.tolist())))
        y, x = numpy.nonzero(~out & ~nan)
        value = v[y, x]
        low = numpy.lexsort((x, y, value))[:n]
        top = numpy.flatnonzero(value >= numpy.partition(value, -n)[-n])
        top = sorted(top, key=lambda i: (-value[i].item(), y[i], x[i]))[:n]
        for name, wanted in (("lowest", low), ("highest", top)):
            want(name, [(p["value"], p["x"], p["y"]) for p in g[name]],
                 [(value[i].item(), x[i].item(), y[i].item()) for i in wanted])
            for p in g[name]:
                mx, my = gdal.ApplyGeoTransform(gt, p["x"] + 0.5, p["y"] + 0.5)
                want("map_x", p["map_x"], mx, 1e-15)
                want("map_y", p["map_y"], my, 1e-15)
                lon, lat, _ = to_degrees.TransformPoint(mx, my)
                want("longitude", p["longitude"], lon, 1e-12)
                want("latitude", p["latitude"], lat, 1e-12)
if bad:
    sys.exit("\n".join(bad)[:2000])
END

types="uint8 uint8-nodata uint16-masked int16-nodata uint32 int32-nodata float32 float32-nodata float32-masked float64 uint64 int64"
# shellcheck disable=SC2086 # a list
$python "$TMP/make.py" "$TMP" $types || exit 1

# Every type, beside numpy, and from several ranks with other chunks.
n=0
checks=
for kind in $types; do
    scene=$TMP/$kind.tif
    bins=$((n % 2 * 37))
    list="--histogram=$bins --extremes=40 --percentiles=0,2,33.3,50,98,100"
    # shellcheck disable=SC2086
    ok "$kind" ranks 0 read "$scene" ! stats $list --json "$TMP/$kind.json" >"$TMP/$kind.txt"
    checks="$checks $kind:$bins"
    # shellcheck disable=SC2086
    ok "$kind: 3 ranks" ranks 3 --chunk=512 read "$scene" ! stats $list --json "$TMP/3.json" >"$TMP/3.txt"
    ok "$kind: 3 ranks: the same" same_bytes "$TMP/$kind.json" "$TMP/3.json"
    ok "$kind: 3 ranks: the same text" same_bytes "$TMP/$kind.txt" "$TMP/3.txt"
    n=$((n + 1))
done
# shellcheck disable=SC2086
ok "as numpy" $python "$TMP/check.py" "$TMP" 40 $checks

# After ops that look at neighbours, too, and however chunks are made.
scene=$TMP/uint8-nodata.tif
list="--extremes=7 --percentiles=50 --json"
for ops in "gaussian-blur --sigma-x=3" "threshold --otsu"; do
    # shellcheck disable=SC2086
    ok "$ops: alone" ranks 0 read "$scene" ! $ops ! convert-to --type=float32 ! stats $list "$TMP/good.json" >"$TMP/s.txt"
    for more in "1 --isolate" "2 --division=rows --chunk=1024" "3 --division=columns --io=shared" "2 --io=root --chunk=512x1024"; do
        # shellcheck disable=SC2086
        ok "$ops: $more" ranks $more read "$scene" ! $ops ! convert-to --type=float32 ! stats $list "$TMP/s.json" >"$TMP/s.txt"
        ok "$ops: $more: the same" same_bytes "$TMP/good.json" "$TMP/s.json"
    done
done

# What ops have made is what a written file holds.
list="--extremes=5 --percentiles=50 --json"
ok "written" ranks 2 read "$TMP/float32-masked.tif" ! gaussian-blur --sigma-x=1.5 ! write "$TMP/written.tif"
# shellcheck disable=SC2086
ok "written: stats" ranks 0 read "$TMP/written.tif" ! stats $list "$TMP/a.json" >"$TMP/s.txt"
# shellcheck disable=SC2086
ok "not written: stats" ranks 2 read "$TMP/float32-masked.tif" ! gaussian-blur --sigma-x=1.5 ! stats $list "$TMP/b.json" >"$TMP/s.txt"
sed -i '/"scene"/d; /"ops"/d' "$TMP/a.json" "$TMP/b.json"
ok "what is written is what is told" same_bytes "$TMP/a.json" "$TMP/b.json"

# Places are those of the window and of the grid that ops make.
ok "window" ranks 0 read "$TMP/uint8.tif" --window=100,50,512,300 ! rotate --rotate-code=90 ! stats --extremes=1 --json "$TMP/w.json" >"$TMP/s.txt"
gdal_translate -q -srcwin 100 50 512 300 "$TMP/uint8.tif" "$TMP/window.tif"
ok "window: place" $python - "$TMP/w.json" "$TMP/window.tif" <<'END'
import json, sys
from osgeo import gdal
g = json.load(open(sys.argv[1]))
d = gdal.Open(sys.argv[2])
p = g["bands"][0]["lowest"][0]
inverse = gdal.InvGeoTransform(d.GetGeoTransform())
x, y = (int(v) for v in gdal.ApplyGeoTransform(inverse, p["map_x"], p["map_y"]))
assert g["width"] == 300 and d.GetRasterBand(1).ReadAsArray()[y, x] == p["value"], (x, y, p)
assert (p["x"], p["y"]) == (299 - y, x), (x, y, p)
END

# Many scenes: the same, by any ranks; how many are of which kind; one JSON, or one for each.
gdal_translate -q -b 1 "$TMP/int16-nodata.tif" "$TMP/other.tif"
scenes="$TMP/uint8.tif $TMP/uint8-nodata.tif $TMP/other.tif $TMP/float64.tif"
# shellcheck disable=SC2086
ok "many" ranks 0 each $scenes ! stats --extremes=3 --json "$TMP/all.json" >"$TMP/all.txt"
# shellcheck disable=SC2086
ok "many: 3 ranks" ranks 3 each $scenes ! stats --extremes=3 --json "$TMP/all3.json" >"$TMP/all3.txt"
ok "many: the same" same_bytes "$TMP/all.json" "$TMP/all3.json"
ok "many: the same text" same_bytes "$TMP/all.txt" "$TMP/all3.txt"
ok "many: kinds" grep -q '^ *2 *800 *560 *2 *uint8 .*/uint8.tif$' "$TMP/all.txt"
# shellcheck disable=SC2086
ok "many: apart" ranks 2 each $scenes ! stats --extremes=3 --json "$TMP/one-{stem}.json" >"$TMP/s.txt"
ok "many: one of them" ranks 0 read "$TMP/float64.tif" ! stats --extremes=3 --json "$TMP/one.json" >"$TMP/s.txt"
ok "many: one of them: the same" same_bytes "$TMP/one.json" "$TMP/one-float64.json"
ok "many: all of them" $python - "$TMP" <<'END'
import json, sys
all = json.load(open(sys.argv[1] + "/all.json"))
stems = ["uint8", "uint8-nodata", "other", "float64"]
assert all["scenes"] == [json.load(open(f"{sys.argv[1]}/one-{s}.json")) for s in stems]
assert [k["scenes"] for k in all["kinds"]] == [2, 1, 1] and all["kinds"][0]["type"] == "uint8", all["kinds"]
END
refused 2 0 "tell them apart" each "$TMP/uint8.tif" "$TMP/other.tif" ! stats --json "$TMP/{ext}.json"
refused 2 2 "own file" each "$TMP/uint8.tif" "$TMP/other.tif" ! stats --json "$TMP/{stem}.tif"

# Behind what makes a temporary scene: the user's scenes are named.
ok "series" ranks 2 stack "$TMP/uint8.tif" "$TMP/uint8-nodata.tif" ! temporal-variance ! stats --extremes=10 --json "$TMP/v.json" >"$TMP/v.txt"
ok "series: named" grep -q "^$TMP/uint8.tif and 1 more: 800 x 560 pixels, 2 bands of float.*after temporal-variance" "$TMP/v.txt"
ok "series: alone" ranks 0 stack "$TMP/uint8.tif" "$TMP/uint8-nodata.tif" ! temporal-variance ! stats --extremes=10 --json "$TMP/v1.json" >"$TMP/s.txt"
ok "series: the same" same_bytes "$TMP/v.json" "$TMP/v1.json"
refused 2 0 "own file" read "$TMP/uint8.tif" --bands=1 ! connected-components ! stats --json "$TMP/uint8.tif"

# A report is of all passes: each pixel is computed as often as there are passes.
ok "report" ranks 2 --isolate --report "$TMP/r.json" --trace "$TMP/t.json" read "$TMP/float64.tif" ! stats --percentiles=50 >"$TMP/s.txt"
ok "report: of all passes" $python - "$TMP/r.json" <<'END'
import json, sys
r = json.load(open(sys.argv[1]))
pixels = sum(rank["amounts"]["pixels"] for rank in r["ranks"])
assert pixels == 4 * 800 * 560, pixels
END

# What is not data, what is empty, and what cannot be.
gdal_translate -q -a_nodata 9 -scale 0 255 9 9 "$TMP/uint8.tif" "$TMP/empty.tif"
ok "nothing inside" ranks 2 read "$TMP/empty.tif" ! stats --extremes=3 --histogram=4 --percentiles=50 --json "$TMP/e.json" >"$TMP/e.txt"
ok "nothing inside: said" grep -q ' 448000 *0 *448000 *0 *- ' "$TMP/e.txt"
ok "all pixels" ranks 2 --nodata=ignore read "$TMP/empty.tif" ! stats --json "$TMP/e.json" >"$TMP/e.txt"
ok "all pixels: said" grep -q ' 448000 *448000 *0 *0 *9 *9 *9 *0 *0' "$TMP/e.txt"
refused 2 0 "between 0 and 100" read "$TMP/uint8.tif" ! stats --percentiles=2,101
ok "by rank 0 alone" ranks 2 --io=root read "$TMP/uint8.tif" ! stats --extremes=3 >"$TMP/root.txt"
ok "each rank reads its own part" ranks 3 --io=shared --chunk=512 read "$TMP/uint8.tif" ! stats --extremes=3 >"$TMP/shared.txt"
ok "the same, whoever reads" cmp "$TMP/root.txt" "$TMP/shared.txt"
refused 2 0 "all pixels" --on-error=skip read "$TMP/uint8.tif" ! stats
refused 2 2 "no output" --verify=5 read "$TMP/uint8.tif" ! stats
refused 1 0 "regular file" read "$TMP/uint8.tif" ! stats --json "$TMP"
refused 2 0 "own file" read "$TMP/uint8.tif" ! stats --json "$TMP/uint8.tif"
$python - "$TMP/uint8.tif" <<'END' || exit 1
import sys
from osgeo import gdal
d = gdal.Open(sys.argv[1]) # some bytes of its first tile are gone
at = int(d.GetRasterBand(1).GetMetadataItem("BLOCK_OFFSET_0_0", "TIFF"))
del d
with open(sys.argv[1], "r+b") as f:
    f.seek(at + 1000)
    f.write(bytes(2000))
END
refused 1 3 "chunk 0" --retries=0 read "$TMP/uint8.tif" ! stats --json "$TMP/none.json"
ok "a job that fails leaves no JSON" test ! -e "$TMP/none.json"
finish
