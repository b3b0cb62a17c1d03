#!/bin/sh
# fuzz.sh SECONDS RUNS "TARGET...": runs fuzz targets (all, if none is named) under libFuzzer with ASan and
# UBSan, one after the other, each until SECONDS or RUNS inputs (-1: any number) are over. What is found stays
# in build-fuzz/found, inputs that reached new code in build-fuzz/corpus, from where the next run goes on.
set -eu
cd "$(dirname "$0")/.."
command -v clang >/dev/null || { echo "fuzz: clang is missing (Debian: apt-get install clang libclang-rt-14-dev)" >&2; exit 1; }
seconds=$1
runs=$2
flags='-O1 -g -fno-omit-frame-pointer -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all -DNO_TARGET_CLONES'
targets=${3:-$(basename -s .c tests/fuzz/fuzz_*.c | sed 's/^fuzz_//')}
programs=$(for t in $targets; do echo "build-fuzz/tests/fuzz/fuzz_$t"; done)
# shellcheck disable=SC2086 # a list of files
make -s -j"$(nproc)" CC=clang BUILD=build-fuzz CFLAGS="$flags" FUZZ_MAIN=-fsanitize=fuzzer $programs
export LSAN_OPTIONS="suppressions=$PWD/scripts/lsan.supp:print_suppressions=0"
export UBSAN_OPTIONS=print_stacktrace=1
[ -w /dev/shm ] && TMPDIR=${TMPDIR:-/dev/shm} # journals are synced
TMPDIR=$(mktemp -d "${TMPDIR:-/tmp}/tilery-fuzz.XXXXXX")
export TMPDIR
trap 'rm -rf "$TMPDIR"' EXIT
bad=0
for t in $targets; do
    found=build-fuzz/found/$t
    mkdir -p "$found" "build-fuzz/corpus/$t"
    more=
    [ "$t" != scene ] || more="tests/data/odd tests/data/corrupt"
    echo "fuzz: $t"
    # shellcheck disable=SC2086 # a list of directories
    nice "build-fuzz/tests/fuzz/fuzz_$t" -max_total_time="$seconds" -runs="$runs" -timeout=10 \
        -rss_limit_mb=2048 -max_len=16384 -print_final_stats=1 -verbosity=0 -artifact_prefix="$found/" \
        "build-fuzz/corpus/$t" "tests/fuzz/seeds/$t" $more >"build-fuzz/fuzz-$t.log" 2>&1 || bad=1
    grep -E '^(stat::number_of_executed_units|stat::average_exec|SUMMARY|Test unit)|runtime error' "build-fuzz/fuzz-$t.log" || true
done
[ $bad -eq 0 ] || echo "fuzz: there are findings in build-fuzz/found; build-fuzz/fuzz-*.log tells" >&2
exit $bad
