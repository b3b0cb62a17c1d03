#!/bin/sh
# each: many scenes, each as if it were alone, whoever does it; images; what is skipped, stopped and gone on with.
. tests/run/lib.sh
find_python "import numpy, osgeo.gdal"

in=$TMP/in
out=$TMP/out
mkdir "$in" "$out"
i=0
for size in "300 200" "700 513" "64 64" "1500 1100" "1 1" "900 40"; do
    i=$((i + 1))
    # shellcheck disable=SC2086 # two numbers
    "$GENERATE" "$in/s$i.tif" $size Byte || exit 1
done
gdal_translate -q -ot UInt16 -scale 0 255 0 60000 "$in/s2.tif" "$in/s7.tif" || exit 1
gdal_translate -q -b 1 -b 1 -b 1 "$in/s4.tif" "$in/s8.tif" || exit 1
gdal_translate -q -of JPEG "$in/s8.tif" "$in/photo.jpg" || exit 1
gdal_translate -q -of PNG -b 1 -b 1 -b 1 "$in/s2.tif" "$in/picture.png" || exit 1
rm -f "$in"/*.aux.xml
ops="gaussian-blur --sigma-x=2 ! threshold --otsu"

count() { # files of that name among the outputs
    find "$out" -type f -name "$1" | wc -l
}

# The same bytes as scene by scene, for any number of ranks, by themselves or together.
mkdir "$TMP/alone"
for path in "$in"/*; do
    name=$(basename "$path")
    case $name in
    s7.tif) continue ;; # of another name below
    esac
    # shellcheck disable=SC2086 # pipelines are meant to be split
    ok "$name alone" ranks 0 read "$path" ! $ops ! write "$TMP/alone/$name.tif"
done
# shellcheck disable=SC2086
ok "s7.tif alone" ranks 0 read "$in/s7.tif" ! $ops ! write "$TMP/alone/s7.tif.tif"
same_as_alone() {
    for path in "$in"/*; do
        name=$(basename "$path")
        cmp "$TMP/alone/$name.tif" "$out/$name.tif" || return 1
    done
    [ "$(count '*')" -eq "$(find "$in" -type f | wc -l)" ] # and nothing else
}
for n in 0 1 2 3 4; do
    for more in "" --io=root --isolate; do
        # shellcheck disable=SC2086
        ok "each, $n ranks $more" ranks $n $more each "$in/*" ! $ops ! write "$out/{stem}.{ext}.tif"
        ok "each, $n ranks $more: as alone" same_as_alone
        rm -rf "${out:?}"/*
    done
done

# Lists and names; {index} counts from 0.
printf '%s\n' "$in/s1.tif" "$in/s2.tif" >"$TMP/list.txt"
ok "a list and a name" ranks 2 each @"$TMP/list.txt" "$in/s3.tif" ! flip --flip-code=1 ! write "$out/{index}.tif"
ok "three outputs" [ "$(cd "$out" && echo *)" = "0.tif 1.tif 2.tif" ]
rm -rf "${out:?}"/*

# Images: what GDAL decodes of them is what was computed; without a side file where there is no place on earth.
$python - "$in" <<'END2' || exit 1
import sys
import numpy
from osgeo import gdal
for ending, driver in (("jpg", "JPEG"), ("png", "PNG")):
    mem = gdal.GetDriverByName("MEM").Create("", 70, 50, 3)
    y, x = numpy.mgrid[0:50, 0:70]
    for b in range(3):
        mem.GetRasterBand(b + 1).WriteArray(((x * (b + 1) + y) % 256).astype("uint8"))
    gdal.GetDriverByName(driver).CreateCopy(f"{sys.argv[1]}/plain.{ending}", mem, options=["QUALITY=95"] if driver == "JPEG" else [])
END2
rm -f "$in"/plain.*.aux.xml
ok "images" ranks 2 each "$in/plain.*" ! flip --flip-code=0 ! write "$out/{stem}.{ext}"
ok "images of them alone" [ "$(cd "$out" && echo *)" = "plain.jpg plain.png" ]
cat >"$TMP/images.py" <<'END2'
import sys
import numpy
from osgeo import gdal
a, b = (gdal.Open(p).ReadAsArray().astype(int) for p in sys.argv[1:3])
if numpy.abs(a[:, ::-1] - b).mean() > float(sys.argv[3]):
    sys.exit(f"{numpy.abs(a[:, ::-1] - b).mean()}")
END2
ok "PNG to the bit" $python "$TMP/images.py" "$in/plain.png" "$out/plain.png" 0
ok "JPEG nearly" $python "$TMP/images.py" "$in/plain.jpg" "$out/plain.jpg" 9
rm -f "$in"/plain.*
rm -rf "${out:?}"/*
ok "a place on earth is kept" ranks 0 read "$in/s1.tif" ! write "$out/placed.png"
ok "as in the scene" [ "$(gdalinfo "$out/placed.png" | grep -c "Origin = (500000")" -eq 1 ]
ok "of what ranks read" ranks 3 --io=shared --chunk=100 read "$in/s1.tif" ! write "$out/shared.png"
ok "of what ranks read: the same" cmp "$out/placed.png" "$out/shared.png"
rm -rf "${out:?}"/*
refused 2 0 "has no float32 pixels" read "$in/s7.tif" ! convert-to --type=float32 ! write "$TMP/out.jpg"
refused 2 0 "creation option" read "$in/s8.tif" ! write "$TMP/out.jpg" --co QUALTY=9
refused 2 0 "verify" --verify read "$in/s8.tif" ! write "$TMP/out.jpg"
refused 2 0 "on-error=nodata" --on-error=nodata read "$in/s8.tif" ! write "$TMP/out.png"
refused 2 0 "holds as a whole\|hold as a whole" --memory=100M read "$in/s8.tif" ! resize --dsize=9000x9000 ! write "$TMP/out.png"

# Overviews in the source.
cp "$in/s4.tif" "$TMP/overviews.tif"
gdaladdo -q -r average "$TMP/overviews.tif" 2 4 8 || exit 1
ok "use-overviews" ranks 2 read "$TMP/overviews.tif" --use-overviews ! resize --max-size=300 --interpolation=area ! write "$out/quick.tif"
gdal_translate -q -oo OVERVIEW_LEVEL=1 "$TMP/overviews.tif" "$TMP/level.tif" || exit 1
ok "of that overview" ranks 0 read "$TMP/level.tif" ! resize --dsize=300x220 --interpolation=area ! write "$out/slow.tif"
ok "the same pixels" same_pixels "$out/quick.tif" "$out/slow.tif"
rm -rf "${out:?}"/*
refused 2 0 "before \`resize\`" read "$in/s4.tif" --use-overviews ! blur --ksize=3 ! write "$TMP/out.tif"

# What fails is named and skipped, or ends the job.
echo junk >"$in/bad.tif"
head -c 3000 "$in/photo.jpg" >"$in/cut.jpg"
ranks 2 --on-error=skip --report "$TMP/report.json" each "$in/*" ! blur --ksize=3 ! write "$out/{stem}.tif" 2>"$TMP/said"
ok "status 3" [ $? -eq 3 ]
ok "both are named" [ "$(grep -c "\(bad.tif\|cut.jpg\) is skipped" "$TMP/said")" -eq 2 ]
ok "the others are there" [ "$(count '*')" -eq 10 ]
ok "the report names them" [ "$(jq '[.scenes[] | select(.state == "skipped") | .why | length > 0] | length' "$TMP/report.json")" = 2 ]
ok "and the others" [ "$(jq '[.scenes[] | select(.state == "done" and .seconds > 0)] | length' "$TMP/report.json")" = 10 ]
rm -rf "${out:?}"/*
ranks 2 each "$in/*" ! blur --ksize=3 ! write "$out/{stem}.tif" 2>"$TMP/said"
ok "without it, status 1" [ $? -eq 1 ]
rm -f "$in/bad.tif" "$in/cut.jpg" "$out"/* "$out"/.tilery*
refused 2 2 "would both be written" each "$in/*" ! blur --ksize=3 ! write "$TMP/out.tif"
refused 2 2 "is the output of .*s3.tif, and the scene" each "$in/s1.tif" "$in/s3.tif" ! blur --ksize=3 ! write "$in/s{index}.tif" --overwrite
refused 2 2 "would be written, and is the scene" --report "$in/s1.tif" each "$in/s*.tif" ! blur --ksize=3 ! write "$out/{stem}.tif"
refused 2 2 "would be written, and is the scene" stack "$in/s1.tif" "$in/s1.tif" ! temporal-mean ! stats --json "$in/s1.tif"
refused 2 2 "would be written, and is the scene" stack "$in/s1.tif" "$in/s1.tif" ! temporal-mean ! write "$in/s1.tif" --overwrite
refused 2 0 "would be written, and is the scene" --trace="$in/s1.tif" read "$in/s1.tif" ! canny --threshold1=9 --threshold2=20 ! threshold --otsu ! write "$TMP/out.tif"
refused 2 0 "has no uint16 pixels" read "$in/s7.tif" ! write "$TMP/out.jpg"
refused 2 2 "no file matches" each "$in/*.jp2" ! blur --ksize=3 ! write "$out/{stem}.tif"
ok "a trace" ranks 2 --trace "$TMP/trace.json" each "$in/*" ! blur --ksize=3 ! write "$out/{stem}.tif"
ok "of both ranks" [ "$(jq '[.traceEvents[].tid] | unique | length' "$TMP/trace.json")" -ge 2 ]
rm -rf "${out:?}"/*

# Other scenes of the same names, or other options, are another job: nothing of the earlier one is taken for it.
mkdir "$TMP/three"
cp "$in/s1.tif" "$in/s2.tif" "$in/s3.tif" "$TMP/three"
echo junk >"$TMP/three/s4.tif"
ranks 1 each "$TMP/three/*" ! blur --ksize=3 ! write "$out/{stem}.tif" --overwrite 2>/dev/null
cp "$in/s4.tif" "$TMP/three/s4.tif"
cp "$in/s2.tif" "$TMP/three/s1.tif"
rm -f "$out/s1.tif"
ok "resumed with another scene" ranks 1 --resume each "$TMP/three/*" ! blur --ksize=3 ! write "$out/{stem}.tif" --overwrite
ok "made of it" ranks 0 read "$TMP/three/s1.tif" ! blur --ksize=3 ! write "$TMP/one.tif"
ok "is what it is" same_bytes "$TMP/one.tif" "$out/s1.tif"
rm -rf "${out:?}"/* "$out"/.tilery* "$TMP/one.tif"

# One that is large beside the others is done by all together, with chunks of its own.
"$GENERATE" "$in/large.tif" 9000 8000 Byte || exit 1
ok "large and small" ranks 3 --report "$TMP/report.json" each "$in/s1.tif" "$in/large.tif" ! threshold --otsu ! write "$out/{stem}.tif"
ok "by all, and by one" [ "$(jq -c '[.scenes[] | .rank >= 0]' "$TMP/report.json")" = "[true,false]" ]
ok "as alone" ranks 0 read "$in/large.tif" ! threshold --otsu ! write "$TMP/large.tif"
ok "the same" same_bytes "$TMP/large.tif" "$out/large.tif"
rm -rf "${out:?}"/* "$in/large.tif"

# Killed, and gone on with: what was done is not done again.
mkdir "$TMP/many"
for i in $(seq 40); do
    cp "$in/s4.tif" "$TMP/many/m$i.tif"
done
slow="median-blur --ksize=31 ! median-blur --ksize=31"
# shellcheck disable=SC2086
ok "all of many" ranks 2 each "$TMP/many/*" ! $slow ! write "$TMP/alone/{stem}.tif"
for signal in KILL TERM; do
    # shellcheck disable=SC2086
    "$TILERY" run -q --sync-every=0 each "$TMP/many/*" ! $slow ! write "$out/{stem}.tif" 2>/dev/null &
    job=$!
    until [ "$(count '*.tif')" -ge 3 ] || ! kill -0 $job 2>/dev/null; do
        sleep 0.05
    done
    kill -$signal $job
    wait $job 2>/dev/null
    ok "$signal: some are there" [ "$(count '*.tif')" -gt 0 ]
    ok "$signal: the journal is, too" [ "$(count '.tilery-each*')" -eq 1 ]
    ls -l --time-style=full-iso "$out"/*.tif >"$TMP/before"
    # shellcheck disable=SC2086
    refused 2 0 "go on with it" each "$TMP/many/*" ! $slow ! write "$out/{stem}.tif"
    # shellcheck disable=SC2086
    ok "$signal: gone on with" ranks 2 --resume each "$TMP/many/*" ! $slow ! write "$out/{stem}.tif"
    ok "$signal: all are there" [ "$(count '*')" -eq 40 ]
    ls -l --time-style=full-iso "$out"/*.tif >"$TMP/after"
    ok "$signal: done ones stay" [ "$(grep -cxFf "$TMP/before" "$TMP/after")" -gt 0 ]
    wrong=0
    for i in $(seq 40); do
        cmp -s "$TMP/alone/m$i.tif" "$out/m$i.tif" || wrong=$((wrong + 1))
    done
    ok "$signal: identical" [ $wrong -eq 0 ]
    rm -rf "${out:?}"/* "$out"/.tilery*
done

# The text names who did it.
ok "who did what" ranks 3 each "$in/s1.tif" "$in/s2.tif" "$in/s4.tif" ! put-text '--text={host}:{rank}' --org=10,30 ! write "$out/{stem}.png"
finish
