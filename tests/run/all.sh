#!/bin/sh
# Runs all tests of a build and says how many failed: BUILD=build tests/run/all.sh
set -u
BUILD=${BUILD:-build}
export BUILD
cases=${CASES:-150}        # random cases for each op and type beside OpenCV
by_program=${BY_PROGRAM:-2} # for each op through the whole program
failures=0
if [ "$(id -u)" -eq 0 ]; then # in containers
    export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
fi

run() { # run SECONDS COMMAND...
    limit=$1
    shift
    start=$(date +%s)
    timeout -k 10 "$limit" "$@"
    status=$?
    if [ $status -ne 0 ]; then
        echo "FAILED (status $status): $*"
        failures=$((failures + 1))
    fi
    echo "    $(($(date +%s) - start)) s: $*"
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
if [ -z "${SKIP_OPENCV:-}" ]; then
    run 600 "$BUILD/tests/opencv/compare" "$cases"
    run 600 "$BUILD/tests/opencv/compare" --program "$by_program"
fi
for test in cli ranks metadata geometry nodata shared memory copy uniform codecs cog cog_mask errors files network hostile isolate kill resume supervise idle readme docs; do
    case $test in
    idle | memory) [ -z "${MPI_ASAN_OPTIONS:-}" ] || continue ;; # measure CPU and memory: not of a sanitized build
    esac
    run 300 sh "tests/run/$test.sh"
done
if [ $failures -ne 0 ]; then
    echo "check: $failures of the programs above failed"
    exit 1
fi
echo "check: all passed"
