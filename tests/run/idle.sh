#!/bin/sh
# A rank without work sleeps: it uses less than 5 % of a core while another computes.
. tests/run/lib.sh

"$GENERATE" "$TMP/in.tif" 2048 2048 UInt16 || exit 1
# One chunk, six seconds of work or so: of three ranks, two wait all the time.
ok "the job runs" ranks 3 --chunk 2048 --report "$TMP/report.json" read "$TMP/in.tif" ! \
    gaussian-blur --sigma-x=60 ! convert-to --type=float32 ! gaussian-blur --ksize=801 --sigma-x=100 ! write "$TMP/out.tif"
idle='.ranks[] | select(.amounts.chunks == 0) | .seconds.waiting / .seconds.wall'
ok "two ranks had no chunk" test "$(jq "$idle" "$TMP/report.json" | wc -l)" -eq 2
ok "idle ranks used under 5 % of a core" jq -e \
    '[.ranks[] | select(.amounts.chunks == 0) | .seconds.cpu_in_farm / .seconds.wall < 0.05] | all' "$TMP/report.json" >/dev/null
finish
