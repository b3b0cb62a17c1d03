#!/bin/sh
# Times the main job (gaussian + threshold, deflate in and out) with 1 and 2 ranks and, where python3 has
# cv2 and GDAL, beside a script of theirs with 2 threads: in turn, several times; medians of paired ratios.
#     bench.sh [SIDE] [RUNS]      SIDE of the square uint16 scene (default 16384), RUNS (default 5)
set -eu
cd "$(dirname "$0")/.."
side=${1:-16384}
runs=${2:-5}
BUILD=${BUILD:-build}
out=${BENCH_OUTPUT:-bench-output}
mkdir -p "$out"
if [ "$(id -u)" -eq 0 ]; then # in containers
    export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
fi
scene=$out/scene-$side.tif
[ -e "$scene" ] || "$BUILD/bench/generate" "$scene" "$side" "$side" UInt16 COMPRESS=DEFLATE PREDICTOR=2 NUM_THREADS=ALL_CPUS
python=
for p in python3 /usr/bin/python3; do
    [ "$python" ] || ! $p -c 'import cv2; from osgeo import gdal' 2>/dev/null || python=$p
done
[ "$python" ] || echo "bench: python3 has no cv2 and osgeo.gdal: no script to compare with (Debian: python3-opencv python3-gdal)" >&2

now() {
    date +%s.%N
}
# timed NAME COMMAND...: appends its wall seconds to the table
timed() {
    name=$1
    shift
    start=$(now)
    "$@" >/dev/null
    echo "$run $name $(echo "$start $(now)" | awk '{print $2 - $1}')" >>"$out/times.txt"
}
ours() {
    mpirun --bind-to none -n "$1" "$BUILD/tilery" run -q --report "$out/report-$1.json" read "$scene" ! gaussian-blur --sigma-x=2 ! \
        threshold --thresh=127 ! write "$out/out-$1.tif" --co COMPRESS=DEFLATE --overwrite
}
script() {
    "$python" bench/gdal_cv2.py "$scene" "$out/out-cv2.tif" 127 2 COMPRESS=DEFLATE
}
: >"$out/times.txt"
run=0
while [ $run -le "$runs" ]; do # run 0 warms the page cache and is not counted
    timed ranks1 ours 1
    timed ranks2 ours 2
    [ -z "$python" ] || timed script script
    run=$((run + 1))
done
awk '
    $1 > 0 { t[$1, $2] = $3; names[$2] = 1; if ($1 > n) n = $1 }
    function median(a, k,    i, j, x) {
        for (i = 2; i <= k; i++) for (j = i; j > 1 && a[j] < a[j-1]; j--) { x = a[j]; a[j] = a[j-1]; a[j-1] = x }
        return k % 2 ? a[(k + 1) / 2] : (a[k / 2] + a[k / 2 + 1]) / 2
    }
    function show(label, x, y,    i, a) {
        for (i = 1; i <= n; i++) a[i] = y == "" ? t[i, x] : t[i, x] / t[i, y]
        printf "%-34s %.3f\n", label, median(a, n)
    }
    END {
        show("1 rank, seconds", "ranks1")
        show("2 ranks, seconds", "ranks2")
        show("2 ranks / 1 rank", "ranks2", "ranks1")
        if ("script" in names) {
            show("GDAL + cv2, 2 threads, seconds", "script")
            show("2 ranks / GDAL + cv2", "ranks2", "script")
        }
    }' "$out/times.txt"
[ -z "$python" ] || "$python" - "$out/out-2.tif" "$out/out-cv2.tif" <<'P'
import sys
from osgeo import gdal
a, b = (gdal.Open(p).ReadAsArray() for p in sys.argv[1:3])
print("pixels equal to cv2's on the whole image:", bool((a == b).all()), "of", a.size, "set", int((a > 0).sum()))
P
