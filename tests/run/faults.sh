#!/bin/sh
# Faults on purpose (make check-faults; base/fault.h): kernels that crash, hang or take all memory cost tries,
# never the job, its pixels or a process left behind.
. tests/run/lib.sh
find_python "import numpy, osgeo.gdal"

in=$TMP/in.tif
out=$TMP/out.tif
"$GENERATE" "$in" 4096 4096 UInt16 COMPRESS=DEFLATE TILED=YES BLOCKXSIZE=512 BLOCKYSIZE=512 || exit 1

job() { # job FAULTS N OPTION...: 64 chunks; the words of the last job are in stderr
    rm -f "$out"
    TILERY_FAULTS=$1
    export TILERY_FAULTS
    n=$2
    shift 2
    ranks "$n" "$@" --chunk 512 read "$in" ! gaussian-blur --sigma-x="${sigma:-2}" ! threshold --thresh=127 ! \
        write "$out" --nodata=0 --co COMPRESS=DEFLATE 2>"$TMP/stderr"
    status=$?
}
ends() {
    [ "$status" -eq "$1" ]
}
tried() { # tried TEXT: some try failed for that reason
    grep -q "^tilery: try 1 of .*chunk .*$1" "$TMP/stderr"
}
nobody_left() {
    ! pgrep -f "$TILERY run.*read $in" >/dev/null
}
# Nodata in the chunks that are named at the end, and nowhere else other pixels than in good.tif.
pixels_but_named() {
    $python - "$TMP/good.tif" "$out" "$TMP/stderr" <<'END'
import re, sys
from osgeo import gdal
good, out = (gdal.Open(p).ReadAsArray() for p in sys.argv[1:3])
named = re.findall(r'chunk \d+ \((\d+)x(\d+) at (\d+),(\d+)\) is nodata', open(sys.argv[3]).read())
for w, h, x, y in (map(int, n) for n in named):
    good[y:y + h, x:x + w] = 0
sys.exit(int(not named or (good != out).sum() > 0))
END
}

job "" 1
mv "$out" "$TMP/good.tif"

# Random faults: each draw is another one, and most jobs have some.
some=0
for fault in kernel-crash kernel-memory kernel-hang; do
    for n in 1 2 3; do
        for io in root shared; do
            job "$fault%0.05:$n" "$n" --isolate --io=$io --chunk-timeout=3 --retries=5
            ok "$fault on 5 % of tries, $n ranks, $io: done" ends 0
            ok "$fault on 5 % of tries, $n ranks, $io: same bytes" same_bytes "$TMP/good.tif" "$out"
            some=$((some + $(grep -c '^tilery: try 1 of 6' "$TMP/stderr")))
        done
    done
done
ok "some tries failed" test $some -gt 10
for n in 1 2 3; do
    for io in root shared; do
        job "chunk-error%0.1" "$n" --io=$io --retries=9
        ok "errors on 10 % of tries without --isolate, $n ranks, $io: done" ends 0
        ok "errors on 10 % of tries without --isolate, $n ranks, $io: same bytes" same_bytes "$TMP/good.tif" "$out"
    done
done

# The same of chunks that ranks keep from pass to pass: one that fails is computed again.
kept() { # kept N OPTION...
    n=$1
    shift
    ranks "$n" "$@" --chunk 512 read "$in" ! gaussian-blur --sigma-x=2 ! threshold --otsu ! write "$out" \
        --co COMPRESS=DEFLATE --overwrite
}
TILERY_FAULTS=
kept 1 --report="$TMP/report.json"
ok "pixels are kept from pass to pass" grep -q '"kept_chunks": 64' "$TMP/report.json"
mv "$out" "$TMP/kept.tif"
TILERY_FAULTS="chunk-error%0.1"
for n in 1 2 3; do
    for io in root shared; do
        ok "errors on 10 % of tries of chunks that are kept, $n ranks, $io: done" kept "$n" --io=$io --retries=9
        ok "errors on 10 % of tries of chunks that are kept, $n ranks, $io: same bytes" same_bytes "$TMP/kept.tif" "$out"
    done
done

# Chunks that fail every time.
for n in 1 2 3; do
    for io in root shared; do
        job "kernel-crash@9,kernel-crash@40" "$n" --isolate --io=$io --on-error=nodata
        ok "two poisoned chunks, $n ranks, $io: status 3" ends 3
        ok "two poisoned chunks, $n ranks, $io: nodata there, the rest is right" pixels_but_named
        ok "two poisoned chunks, $n ranks, $io: op and signal are told" tried "signal 11 .*gaussian-blur"
    done
    rm -f "$out"
    job "kernel-crash@9" "$n" --isolate
    ok "a poisoned chunk ends the job, $n ranks" ends 1
    ok "a poisoned chunk leaves no output, $n ranks" test ! -e "$out"
    ok "a poisoned chunk is named, $n ranks" grep -q \
        "^tilery: given up after 3 tries: rank . on .*: chunk 9 (512x512 at 512,512): .*signal 11.*gaussian-blur" "$TMP/stderr"
    ok "a poisoned chunk leaves no process, $n ranks" nobody_left
    rm -f "$out".part*
done
job "kernel-hang@9" 2 --isolate --chunk-timeout=1 --on-error=nodata --retries=1
ok "a chunk that hangs every time: status 3" ends 3
ok "a chunk that hangs every time is told" tried "not done after 1 s"
ok "a chunk that hangs every time: nodata there, the rest is right" pixels_but_named
job "kernel-memory@9" 2 --isolate --memory=400M --on-error=nodata
ok "a chunk that takes all memory: status 3" ends 3
ok "a chunk that takes all memory is told" tried "signal 6"
ok "a chunk that takes all memory: nodata there, the rest is right" pixels_but_named

# A run that gave up a chunk and then failed: the next one knows what was given up, and verification does not
# take it for a mistake. The job takes some seconds, so that the first chunks are on the disk when it fails.
sigma=100
job "" 2
mv "$out" "$TMP/good.tif"
for n in 1 3; do
    for io in root shared; do
        rm -f "$out"
        job "kernel-crash@1,store-error@63" "$n" --isolate --io=$io --on-error=nodata --retries=0 --sync-every=0
        ok "a result that cannot be stored ends the job, $n ranks, $io" ends 1
        ok "what is done is kept, $n ranks, $io" grep -q "storing chunk 63.*run --resume goes on" "$TMP/stderr"
        job "" "$n" --io=$io --resume --verify=100
        ok "resumed on $n ranks, $io: status 3" ends 3
        ok "resumed on $n ranks, $io: what was given up is named" grep -q "chunk 1 (512x512 at 512,0) is nodata" "$TMP/stderr"
        ok "resumed on $n ranks, $io: nodata there, the rest is right" pixels_but_named
    done
done
sigma=2
# Verification finds one wrong pixel. Each rank has it in its first chunk.
for n in 1 2 3; do
    for io in root shared; do
        job "pixel-flip#1" "$n" --io=$io --verify=100
        ok "a wrong pixel is found, $n ranks, $io" ends 1
        ok "a wrong pixel is told, $n ranks, $io" grep -q "verifying: pixel [0-9,]* of band 1 is [0-9]* in the file, and [0-9]* when" "$TMP/stderr"
        ok "a wrong pixel leaves no output, $n ranks, $io" test ! -e "$out"
        rm -f "$out".part*
    done
done
# Files that fail at the N-th call of some rank, and messages with a wrong bit: the job is done, or says why
# not; then the next run goes on. Never is a wrong file called right.
sigma=40
job "" 2
mv "$out" "$TMP/good.tif"
trouble=0
goes_on() { # goes_on NAME TEXT: after job
    if [ "$status" -ne 0 ]; then
        trouble=$((trouble + 1))
        ok "$1: status 1" ends 1
        ok "$1: says what ($2)" grep -q "^tilery: .*\($2\)" "$TMP/stderr"
        ok "$1: no output" test ! -e "$out"
        job "" 2 --resume
        ok "$1: then goes on" ends 0
    fi
    ok "$1: same bytes" same_bytes "$TMP/good.tif" "$out"
    ok "$1: nothing else is left" test "$(find "$TMP" -name 'out.tif?*')" = ""
}
for nth in 1 2 7 19 40; do
    for io in root shared; do
        job "write-nospace#$nth" 3 --io=$io --sync-every=0
        goes_on "no space at write $nth, $io" "$out.*No space left"
        job "write-io#$nth" 2 --io=$io --sync-every=0
        goes_on "an error at write $nth, $io" "$out.*Input/output error"
        job "read-io#$nth" 3 --io=$io --sync-every=0
        goes_on "an error at read $nth, $io" "$TMP.*Input/output error"
    done
done
ok "writes failed" test $trouble -ge 16
for io in root shared; do
    job "write-short%0.5" 3 --io=$io --sync-every=0
    ok "writes that end early, $io" ends 0
    goes_on "writes that end early, $io" none
done
trouble=0
for seed in 1 2 3 4 5 6; do
    for io in root shared; do
        job "task-flip%0.05:$seed" 3 --io=$io --sync-every=0
        goes_on "a wrong bit in tasks, $io $seed" damaged
        job "result-flip%0.05:$seed" 3 --io=$io --sync-every=0
        goes_on "a wrong bit in results, $io $seed" damaged
    done
done
ok "some bits made trouble" test $trouble -ge 4
ok "nothing is left at the end" nobody_left
finish
