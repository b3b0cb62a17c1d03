#!/bin/sh
# Runs all tests of a build and says how many failed: BUILD=build tests/run/all.sh
set -u
BUILD=${BUILD:-build}
export BUILD
cases=${CASES:-150}        # random cases for each op and type beside OpenCV
by_program=${BY_PROGRAM:-2} # for each op through the whole program
lanes=${LANES:-$(nproc 2>/dev/null || echo 2)} # programs at a time
failures=$(mktemp "${TMPDIR:-/tmp}/tilery-failures.XXXXXX")
trap 'rm -f "$failures"' EXIT
if [ "$(id -u)" -eq 0 ]; then # in containers
    export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
fi

run() { # run SECONDS COMMAND...
    sh tests/run/timed.sh "$failures" "$@"
}

for test in "$BUILD"/tests/unit/test_*; do
    [ -x "$test" ] && [ ! -d "$test" ] && run 300 "$test"
done
for test in "$BUILD"/tests/fuzz/fuzz_*; do # seeds, and inputs that broke something once
    [ -x "$test" ] && run 60 "$test" tests/fuzz/seeds/"${test##*/fuzz_}"/*
done
[ -z "${MPI_ASAN_OPTIONS:-}" ] || export ASAN_OPTIONS="$MPI_ASAN_OPTIONS" # scripts/sanitize.sh
for n in 1 2 3 5; do
    run 120 mpirun -q --oversubscribe --bind-to none -n $n "$BUILD/tests/mpi/test_farm"
done
for n in 2 3; do # ranks of a host, as if there were several
    run 120 mpirun -q --oversubscribe --bind-to none -n 6 "$BUILD/tests/mpi/test_farm" $n
done
# The longest first, side by side: mostly they wait for mpirun.
{
    if [ -z "${SKIP_OPENCV:-}" ]; then
        echo "600 $BUILD/tests/opencv/compare $cases"
        echo "600 $BUILD/tests/opencv/compare --program $by_program"
    fi
    for test in codecs isolate each resume split stack passes sweeps stats nodata hostile shared memory metadata cli ranks geometry copy uniform cog cog_mask errors files \
        trace network kill supervise readme docs; do
        # Of a sanitized build, memory is not that of others.
        [ "$test" = memory ] && [ -n "${MPI_ASAN_OPTIONS:-}" ] || echo "600 sh tests/run/$test.sh"
    done
} | xargs -P "$lanes" -L 1 sh tests/run/timed.sh "$failures"
[ -n "${MPI_ASAN_OPTIONS:-}" ] || run 300 sh tests/run/idle.sh # CPU of ranks that wait: nothing beside it
if [ -s "$failures" ]; then
    echo "check: $(wc -l <"$failures") of the programs above failed:"
    cat "$failures"
    exit 1
fi
echo "check: all passed"
