#!/bin/sh
# A rank without work sleeps: it uses less than 5 % of a core while another computes.
. tests/run/lib.sh

"$GENERATE" "$TMP/in.tif" 4096 4096 UInt16 || exit 1
# One chunk, some seconds of work: of three ranks, two wait all the time.
ok "the job runs" ranks 3 --chunk 4096 --report "$TMP/report.json" read "$TMP/in.tif" ! \
    gaussian-blur --sigma-x=60 ! convert-to --type=float32 ! gaussian-blur --ksize=801 --sigma-x=100 ! threshold --thresh=120 ! \
    write "$TMP/out.tif" --ot=uint8 --co COMPRESS=DEFLATE
idle='.ranks[] | select(.amounts.chunks == 0) | .seconds.waiting / .seconds.wall'
ok "two ranks had no chunk" test "$(jq "$idle" "$TMP/report.json" | wc -l)" -eq 2
ok "idle ranks used under 5 % of a core" jq -e \
    '[.ranks[] | select(.amounts.chunks == 0) | .seconds.cpu_in_farm / .seconds.wall < 0.05] | all' "$TMP/report.json" >/dev/null
finish
