#!/bin/sh
# Times every op beside OpenCV and draws the table: ops.sh [SIDE [FILTER]]; see docs/performance.md.
set -eu
cd "$(dirname "$0")/.."
BUILD=${BUILD:-build}
out=${BENCH_OUTPUT:-bench-output}
mkdir -p "$out"
rm -f "$out/ops.png"
status=0
"$BUILD/bench/bench-ops" "${1:-4096}" "${2:-}" "$out/ops.tsv" || status=$?
if command -v gnuplot >/dev/null; then
    gnuplot -c bench/ops.gnuplot "$out/ops.tsv" "$out/ops.png"
else
    echo "bench-ops: no picture: gnuplot is missing (Debian: apt-get install gnuplot-nox)" >&2
fi
echo "$out/ops.tsv"
[ ! -e "$out/ops.png" ] || echo "$out/ops.png"
exit $status
