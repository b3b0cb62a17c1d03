#!/bin/sh
# A run that is killed or asked to stop goes on with --resume, and ends with the file it would have written: RUNS=6 SEED=1 SIDE=5000.
. tests/run/lib.sh
runs=${RUNS:-2}
seed=${SEED:-1}

in=$TMP/in.tif
out=$TMP/out.tif
"$GENERATE" "$in" "${SIDE:-5000}" "${SIDE:-5000}" UInt16 || exit 1
masked=$TMP/masked.tif
gdal_translate -q -mask 1 --config GDAL_TIFF_INTERNAL_MASK YES "$in" "$masked" || exit 1
start=$(date +%s%N)
ok "whole: deflate" ranks 2 read "$in" ! median-blur --ksize=5 ! write "$TMP/deflate.tif" --co COMPRESS=DEFLATE
took=$((($(date +%s%N) - start) / 1000000))
ok "whole: plain" ranks 2 read "$in" ! median-blur --ksize=5 ! write "$TMP/plain.tif"
ok "whole: cog" ranks 2 read "$masked" ! median-blur --ksize=5 ! write "$TMP/cog.tif" --of=COG --co COMPRESS=LZW --co OVERVIEW_RESAMPLING=GAUSS
ok "whole: overviews" ranks 2 read "$masked" ! median-blur --ksize=5 ! write "$TMP/overviews.tif" --overviews=average --co COMPRESS=ZSTD

random() { # random N: a number below N, of a sequence that SEED begins
    seed=$(((seed * 1103515245 + 12345) % 2147483648))
    echo $((seed / 65536 % $1))
}

start_run() { # start_run N KIND ARG...: in the background; $job is mpirun
    n=$1
    kind=$2
    shift 2
    case $kind in
    deflate) set -- "$@" read "$in" ! median-blur --ksize=5 ! write "$out" --co COMPRESS=DEFLATE ;;
    plain) set -- "$@" read "$in" ! median-blur --ksize=5 ! write "$out" ;;
    cog) set -- "$@" read "$masked" ! median-blur --ksize=5 ! write "$out" --of=COG --co COMPRESS=LZW --co OVERVIEW_RESAMPLING=GAUSS ;;
    overviews) set -- "$@" read "$masked" ! median-blur --ksize=5 ! write "$out" --overviews=average --co COMPRESS=ZSTD ;;
    esac
    timeout -k 5 "$LIMIT" mpirun -q -n "$n" "$TILERY" run -q --resume --sync-every=0.05 "$@" >"$TMP/said" 2>&1 &
    job=$!
}

ranks_alive() { # their process ids, those of mpirun and timeout are not among them
    pgrep -f "run -q --resume .*$out" | while read -r p; do
        [ "$(cat "/proc/$p/comm" 2>/dev/null)" != tilery ] || echo "$p"
    done
}

strike() { # strike SIGNAL N: after a random time, one of the N ranks; whether it was there
    ms=$(random "$took")
    sleep "$(printf '%d.%03d' $((ms / 1000)) $((ms % 1000)))"
    pid=$(ranks_alive | sed -n "$(($(random "$2") + 1))p")
    [ -n "$pid" ] && kill -"$1" "$pid" 2>/dev/null
}

tear() { # the end of the part and its journal is lost, as when the power fails
    for file in "$out.part" "$out.part.journal" "$out".part.blobs-*; do
        [ -e "$file" ] || continue
        size=$(stat -c %s "$file")
        truncate -s $((size - $(random 20000) % (size + 1))) "$file"
    done
}

# One output, begun again and again, with other ranks and ways, until nothing strikes it.
try() { # try KIND SIGNAL TEAR
    rm -f "$out"*
    struck=0
    for _ in 1 2 3; do
        n=$(($(random 3) + 1))
        io=root
        [ "$(random 2)" -eq 0 ] || io=shared
        start_run "$n" "$1" --io=$io
        strike "$2" "$n" && struck=$((struck + 1))
        wait $job
        status=$?
        [ $status -ne 0 ] || break
        [ "$2" != TERM ] || [ ! -e "$out.part.journal" ] || ok "$1: a signal gives status 75, not $status" test $status -eq 75 -o $status -eq 143 # before main began
        [ "$3" = no ] || tear
    done
    if [ "$status" -ne 0 ]; then
        start_run 2 "$1" --io=shared
        wait $job || sed 's/^/    /' "$TMP/said" >&2
    fi
    ok "$1 after $struck times $2 (torn: $3) is whole" same_bytes "$TMP/$1.tif" "$out"
    ok "$1: nothing else is left" test "$(find "$TMP" -name 'out.tif?*')" = ""
}

i=0
while [ $i -lt "$runs" ]; do
    for kind in deflate plain cog overviews; do
        try "$kind" KILL no
        try "$kind" TERM no
        try "$kind" KILL yes
    done
    i=$((i + 4))
done

# What is there is neither taken for another run's nor thrown away.
interrupted() { # interrupted ARG...: leaves a journal
    rm -f "$out"*
    n=0
    while [ ! -e "$out.part.journal" ] && [ $n -lt 20 ]; do
        start_run 2 deflate "$@"
        wait_for "$out.part.journal"
        ranks_alive | xargs -r kill -TERM 2>/dev/null
        wait $job
        status=$?
        n=$((n + 1))
    done
}
wait_for() {
    waited=0
    while [ ! -e "$1" ] && [ $waited -lt 200 ] && kill -0 $job 2>/dev/null; do
        sleep 0.01
        waited=$((waited + 1))
    done
}
left_alone() { # left_alone TEXT ARG...: is refused as usage, and the part stays as it is
    text=$1
    shift
    sum=$(cat "$out.part" "$out.part.journal" | cksum)
    ranks 2 "$@" 2>"$TMP/stderr"
    if [ $? -ne 2 ] || ! grep -q -- "$text" "$TMP/stderr" || [ "$sum" != "$(cat "$out.part" "$out.part.journal" | cksum)" ]; then
        cat "$TMP/stderr" >&2
        return 1
    fi
}
interrupted
ok "stopped, with a journal" test "$status" -eq 75 -a -e "$out.part.journal"
ok "not without being asked" left_alone "begin anew (write --overwrite)" read "$in" ! median-blur --ksize=5 ! write "$out" --co COMPRESS=DEFLATE
ok "not with another op" left_alone "another --ksize\|another median-blur" --resume read "$in" ! median-blur --ksize=3 ! write "$out" --co COMPRESS=DEFLATE
ok "not with other options" left_alone "another --co" --resume read "$in" ! median-blur --ksize=5 ! write "$out" --co COMPRESS=LZW
cp -p "$in" "$TMP/kept.tif"
touch "$in"
ok "not of another scene" left_alone "another $in" --resume read "$in" ! median-blur --ksize=5 ! write "$out" --co COMPRESS=DEFLATE
cp -p "$TMP/kept.tif" "$in"
ok "anew with --overwrite" ranks 2 --resume read "$in" ! median-blur --ksize=3 ! write "$out" --co COMPRESS=DEFLATE --overwrite
ok "nothing else is left" test "$(find "$TMP" -name 'out.tif?*')" = ""
interrupted --chunk=512x512
ok "goes on with the chunks it began with" ranks 3 --resume --chunk=1024x1024 read "$in" ! median-blur --ksize=5 ! write "$out" --co COMPRESS=DEFLATE
ok "and ends the same" same_bytes "$TMP/deflate.tif" "$out"

# An output that stands is replaced when the new one is whole, not before.
cp "$TMP/cog.tif" "$out"
start_run 2 overviews
wait $job
ok "no output is replaced unasked" test $? -eq 1
ok "it stands" same_bytes "$TMP/cog.tif" "$out"

# Killed between the output's name and the sweeping up.
rm -f "$out"*
cat >"$TMP/late.c" <<'C'
/* Kills its process when a file is renamed: right after, as the power may. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <signal.h>
#include <unistd.h>
int renameat2(int a, const char *from, int b, const char *to, unsigned flags)
{
    int (*real)(int, const char *, int, const char *, unsigned) = (int (*)(int, const char *, int, const char *, unsigned))dlsym(RTLD_NEXT, "renameat2");
    real(a, from, b, to, flags);
    kill(getpid(), SIGKILL);
    return 0;
}
C
if [ -z "${ASAN_OPTIONS:-}" ]; then
    cc -shared -fPIC -o "$TMP/late.so" "$TMP/late.c" || exit 1
    LD_PRELOAD=$TMP/late.so "$TILERY" run -q --resume read "$masked" ! median-blur --ksize=5 ! write "$out" --of=COG --co COMPRESS=LZW --co OVERVIEW_RESAMPLING=GAUSS 2>/dev/null
    ok "the output has its name, and its run is dead" test -e "$out" -a -e "$out.part.journal"
    start_run 2 cog
    wait $job
    ok "such an output is finished" test $? -eq 0
    ok "and the same" same_bytes "$TMP/cog.tif" "$out"
    ok "and nothing else is left" test "$(find "$TMP" -name 'out.tif?*')" = ""
    # The same with chunks that were given up: the next run names them, too.
    gdal_translate -q -srcwin 0 0 1500 1500 -co COMPRESS=DEFLATE -co TILED=YES "$in" "$TMP/torn.tif"
    truncate -s $(($(stat -c %s "$TMP/torn.tif") - 10000)) "$TMP/torn.tif"
    rm -f "$out"
    set -- --resume --retries=0 --on-error=nodata --chunk=512 --io=root read "$TMP/torn.tif" ! blur --ksize=3 ! write "$out" --nodata=0
    LD_PRELOAD=$TMP/late.so "$TILERY" run -q "$@" 2>/dev/null
    ok "a whole output with gaps, and its journal" test -e "$out" -a -e "$out.part.journal"
    "$TILERY" run -q "$@" 2>"$TMP/said"
    ok "its gaps are told again" test $? -eq 3
    ok "each by its number" grep -q "out.tif: chunk [0-9]* of 512x512 pixels is nodata" "$TMP/said"
fi

# A full disk: what was done is kept until there is room.
if mount -t tmpfs -o size=8m tmpfs "$(mkdir -p "$TMP/small" && echo "$TMP/small")" 2>/dev/null; then
    out=$TMP/small/out.tif
    for kind in deflate plain cog; do
        for io in root shared; do
            rm -f "$out"*
            mount -o remount,size=8m "$TMP/small"
            start_run 3 "$kind" --io=$io
            wait $job
            ok "$kind $io: a full disk is an error" test $? -eq 1
            ok "$kind $io: it names the file" grep -q "$out.*No space left" "$TMP/said"
            mount -o remount,size=400m "$TMP/small"
            start_run 2 "$kind" --io=$io
            wait $job
            ok "$kind $io: goes on when there is room" same_bytes "$TMP/$kind.tif" "$out"
        done
    done
    umount "$TMP/small"
else
    echo "resume.sh: no tmpfs can be mounted here: the full disk is not tested" >&2
fi
finish
