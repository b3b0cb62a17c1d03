#!/bin/sh
# --isolate gives the same bytes; a child that is killed or stopped costs a try; chunks that fail every
# time are named, filled or left out; nothing outlives a rank or mpirun.
. tests/run/lib.sh
find_python "import numpy, osgeo.gdal"

in=$DATA/bahamas.tif
out=$TMP/out.tif

# --- the same bytes --------------------------------------------------------------------------------
for format in GTiff COG; do
    ranks 1 read "$in" ! gaussian-blur --sigma-x=2 ! write "$TMP/plain.tif" --of="$format" --overwrite
    for n in 1 2 3; do
        for io in root shared; do
            ok "$format isolated on $n ranks, $io" ranks "$n" --isolate --io="$io" --chunk 256 read "$in" ! \
                gaussian-blur --sigma-x=2 ! write "$out" --of="$format" --overwrite
            ok "$format isolated on $n ranks, $io: same bytes" same_bytes "$TMP/plain.tif" "$out"
        done
    done
done
rm -f "$out"

# --- chunks that fail every time -------------------------------------------------------------------
cp "$in" "$TMP/corrupt.tif"
dd if=/dev/zero of="$TMP/corrupt.tif" bs=1 count=64 seek=333131 conv=notrunc 2>/dev/null # tile 1,1
ranks 1 read "$in" ! threshold --thresh=100 ! write "$TMP/good.tif" --nodata=7

tiles="--co TILED=YES --co BLOCKXSIZE=256 --co BLOCKYSIZE=256"

# The last run ended with status 3 and named one chunk, after 3 tries.
gave_up() {
    [ "$status" -eq 3 ] && [ "$(grep -c "^tilery: $out: chunk .*256x256 at 256,256" "$TMP/stderr")" -eq 1 ] &&
        [ "$(grep -c '^tilery: try 1 of 3: .*row 1, column 1' "$TMP/stderr")" -eq 1 ] &&
        [ "$(grep -c '^tilery: try 3 of 3' "$TMP/stderr")" -eq 1 ]
}
# pixels_but_one VALUE: the output is good.tif, but for VALUE in the chunk that failed
pixels_but_one() {
    $python - "$TMP/good.tif" "$out" "$1" <<'END'
import sys
from osgeo import gdal
good, out = (gdal.Open(p).ReadAsArray() for p in sys.argv[1:3])
good[..., 256:512, 256:512] = int(sys.argv[3])
sys.exit(int((good != out).sum() > 0))
END
}
left_out() {
    $python - "$out" <<'END'
import sys
from osgeo import gdal
scene = gdal.Open(sys.argv[1])
band = scene.GetRasterBand(1)
stored = [(x, y) for y in range(3) for x in range(4) if band.GetMetadataItem(f'BLOCK_OFFSET_{x}_{y}', 'TIFF')]
sys.exit(int(len(stored) != 11 or (1, 1) in stored))
END
}
for n in 1 2 3; do
    for how in "--io=root" "--io=shared" "--io=root --isolate" "--io=shared --isolate"; do
        # shellcheck disable=SC2086 # several words
        ranks "$n" $how --chunk 256 --on-error=nodata read "$TMP/corrupt.tif" ! threshold --thresh=100 ! \
            write "$out" --nodata=7 $tiles 2>"$TMP/stderr"
        status=$?
        ok "on-error=nodata on $n ranks, $how: status 3, and the chunk is named" gave_up
        ok "on-error=nodata on $n ranks, $how: nodata there, the rest is right" pixels_but_one 7
        rm -f "$out"
        [ "$n" -eq 2 ] || continue
        # shellcheck disable=SC2086
        ranks "$n" $how --chunk 256 --on-error=skip read "$TMP/corrupt.tif" ! threshold --thresh=100 ! \
            write "$out" --nodata=7 $tiles 2>"$TMP/stderr"
        status=$?
        ok "on-error=skip on $n ranks, $how: status 3, and the chunk is named" gave_up
        ok "on-error=skip on $n ranks, $how: the tile is not stored" left_out
        ok "on-error=skip on $n ranks, $how: the rest is right" pixels_but_one 7
        rm -f "$out"
    done
    # shellcheck disable=SC2086
    ranks "$n" --retries=0 --isolate --chunk 256 read "$TMP/corrupt.tif" ! threshold --thresh=100 ! write "$out" \
        --nodata=7 $tiles 2>"$TMP/stderr"
    ok "on-error=fail without retries on $n ranks: status 1" test $? -eq 1
    ok "on-error=fail without retries on $n ranks: one line" test "$(grep -c '^tilery:' "$TMP/stderr")" -eq 1
    ok "on-error=fail without retries on $n ranks: names the chunk" grep -q "corrupt.tif: chunk.*256,256.*row 1, column 1" "$TMP/stderr"
    ok "on-error=fail without retries on $n ranks: no output" test ! -e "$out"
    # What is there is gone on with, and given up where it must be.
    # shellcheck disable=SC2086
    ranks "$n" --resume --on-error=nodata --chunk 256 read "$TMP/corrupt.tif" ! threshold --thresh=100 ! write "$out" \
        --nodata=7 $tiles 2>"$TMP/stderr"
    status=$?
    ok "on-error=nodata after a run that failed, $n ranks" gave_up
    ok "on-error=nodata after a run that failed, $n ranks: nodata there, the rest is right" pixels_but_one 7
    rm -f "$out"
done
ranks 2 --chunk 256 --on-error=nodata read "$TMP/corrupt.tif" ! threshold --thresh=100 ! write "$out" --of=COG \
    --co BLOCKSIZE=128 --nodata=7 2>"$TMP/stderr"
ok "on-error=nodata in a COG" pixels_but_one 7
rm -f "$out"
ranks 2 --report "$TMP/report.json" --chunk 256 --on-error=nodata read "$TMP/corrupt.tif" ! threshold --thresh=100 ! \
    write "$out" --nodata=7 --co TILED=YES --co BLOCKXSIZE=256 --co BLOCKYSIZE=256 2>/dev/null
reported() {
    $python - "$TMP/report.json" <<'END'
import json, sys
report = json.load(open(sys.argv[1]))
tries = report['retries']
good = len(tries) == 3 and all(t['region'] == [256, 256, 256, 256] and t['op'] == 'decoding' and t['host'] for t in tries)
sys.exit(int(not good or tries[0]['rank'] == tries[1]['rank'] or report['totals']['chunks_given_up'] != 1))
END
}
ok "tries are in the report, the second on another rank" reported
rm -f "$out"
gdal_translate -q -a_nodata none "$in" "$TMP/always.tif"
for n in 1 2; do
    refused 2 "$n" "no nodata value.*write --nodata" --on-error=nodata read "$TMP/always.tif" ! threshold --thresh=100 ! write "$out"
    refused 2 "$n" "chunk-timeout=5 needs --isolate" --chunk-timeout=5 read "$in" ! threshold --thresh=100 ! write "$out"
done

# --- killed and stopped from outside ---------------------------------------------------------------
"$GENERATE" "$TMP/in.tif" 3000 3000 UInt16 || exit 1
slow() { # slow N OPTION...: a job of some seconds, in the background
    n=$1
    shift
    mpirun -q -n "$n" "$TILERY" run -q "$@" read "$TMP/in.tif" ! gaussian-blur --sigma-x=40 ! median-blur --ksize=5 ! \
        write "$out" --overwrite --co COMPRESS=DEFLATE --co ZLEVEL=9 2>"$TMP/stderr" &
    job=$!
}
left() { # the ranks, servers and children of slow jobs
    pgrep -f "$TILERY run.*read $TMP/in.tif" | while read -r pid; do
        [ "$(ps -o comm= -p "$pid")" = mpirun ] || echo "$pid"
    done
}
# The children: of a rank's server's.
children() {
    pgrep -P "$job" | while read -r rank; do
        pgrep -P "$rank" -f "$TILERY" | while read -r server; do pgrep -P "$server"; done
    done
}
nothing_left() {
    tries=0
    while [ "$(left)" ] && [ $tries -lt 100 ]; do
        sleep 0.1
        tries=$((tries + 1))
    done
    [ -z "$(left)" ]
}
one_child() { # sets $child, within 10 s
    tries=0
    child=$(children | head -n 1)
    while [ -z "$child" ] && [ $tries -lt 100 ]; do
        sleep 0.1
        tries=$((tries + 1))
        child=$(children | head -n 1)
    done
    [ "$child" ]
}
slow 1
wait $job
mv "$out" "$TMP/plain.tif"
for signal in KILL SEGV STOP; do
    slow 2 --isolate --chunk-timeout=2
    ok "there is a child to send SIG$signal" one_child
    sleep 0.3
    kill -s $signal "$child"
    wait $job
    ok "SIG$signal to a child costs a try" test $? -eq 0
    ok "SIG$signal to a child changes nothing" same_bytes "$out" "$TMP/plain.tif"
    case $signal in
    KILL) text="was killed in" ;;
    SEGV) text="signal 11" ;;
    STOP) text="not done after 2 s" ;;
    esac
    ok "SIG$signal is told" grep -q "^tilery: try 1 of 3: .*$text" "$TMP/stderr"
    ok "nothing is left after SIG$signal" nothing_left
done
for victim in rank mpirun; do
    slow 2 --isolate
    ok "there is a child when the $victim is to die" one_child
    pid=$job
    [ $victim = mpirun ] || pid=$(pgrep -P $job -f "$TILERY" | tail -n 1)
    kill -KILL "$pid"
    wait $job 2>/dev/null
    ok "nothing is left when the $victim is killed" nothing_left
done
finish
