#!/bin/sh
# --trace: a timeline of every rank that viewers can read.
# shellcheck disable=SC2016 # jq and sh expand their own words
. tests/run/lib.sh

"$GENERATE" "$TMP/in.tif" 3000 2000 UInt16 COMPRESS=DEFLATE TILED=YES BLOCKXSIZE=256 BLOCKYSIZE=256 || exit 1
holds() { # holds FILTER: what jq says of all events
    jq -e ".traceEvents | $1" "$TMP/trace.json" >"$TMP/stdout"
}
for n in 0 1 3; do
    for io in root shared; do
        ok "$n, $io: the job runs" ranks "$n" --io=$io --chunk 512 --trace "$TMP/trace.json" read "$TMP/in.tif" ! gaussian-blur --sigma-x=2 ! \
            write "$TMP/out.tif" --co COMPRESS=DEFLATE --overwrite
        ranks=$((n > 0 ? n : 1))
        ok "$n, $io: all ranks are there, with their names" holds \
            "([.[] | select(.ph == \"X\").tid] | unique | length) == $ranks and ([.[] | select(.name == \"thread_name\")] | length) == $ranks"
        ok "$n, $io: what is timed is there" holds '[.[].name] as $n | ["reading", "decoding", "ops", "encoding", "writing", "working"] - $n == []'
        ok "$n, $io: every chunk is there once" holds '[.[] | select(.name == "ops").args.chunk] as $c | ($c | length) == 24 and ($c | unique | length) == 24'
        ok "$n, $io: spans lie inside the job" holds '[.[] | select(.ph == "X")] | all(.ts >= 0 and .dur >= 0)'
        ok "$n, $io: steps of a chunk lie inside its work" holds \
            '([.[] | select(.name == "working")] | map({key: "\(.tid) \(.args.chunk)", value: .}) | from_entries) as $w |
                all(.[] | select(.name == "ops"); $w["\(.tid) \(.args.chunk)"] as $o | .ts >= $o.ts and .ts + .dur <= $o.ts + $o.dur + 1)'
    done
done
rm -f "$TMP/out.tif"
ok "a job that fails leaves no trace" sh -c '! "$0" run -q --trace "$1.x" read "$1.none" ! write "$1.out" 2>/dev/null && [ ! -e "$1.x" ]' "$TILERY" "$TMP/trace"
refused 2 0 "own file" --trace "$TMP/in.tif" read "$TMP/in.tif" ! write "$TMP/out.tif"
refused 1 0 "trace=.*/none/trace.json" --trace "$TMP/none/trace.json" read "$TMP/in.tif" ! write "$TMP/out.tif"
finish
