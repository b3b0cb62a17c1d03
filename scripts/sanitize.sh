#!/bin/sh
# Builds with AddressSanitizer (with leaks) and UndefinedBehaviorSanitizer and runs the unit and mpirun tests.
set -eu
cd "$(dirname "$0")/.."
sh scripts/setup.sh
export LSAN_OPTIONS="suppressions=$PWD/scripts/lsan.supp:print_suppressions=0"
export ASAN_OPTIONS=detect_leaks=1:strict_string_checks=1:allocator_may_return_null=1
# Open MPI is built without frame pointers: only the slow unwinder finds whose a leak is.
export MPI_ASAN_OPTIONS="$ASAN_OPTIONS:fast_unwind_on_malloc=0"
export CK_TIMEOUT_MULTIPLIER=5 SLOWER=3 # everything is slower
export UBSAN_OPTIONS=print_stacktrace=1:halt_on_error=1
flags='-O1 -g -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=all -DNO_TARGET_CLONES'
mkdir -p build-sanitize
cc -c -o build-sanitize/no_dlclose.o scripts/no_dlclose.c
make -j"$(nproc)" BUILD=build-sanitize CFLAGS="$flags" LDFLAGS="$PWD/build-sanitize/no_dlclose.o" tests
# OpenCV's own code is not ours to check: the comparison runs in `make check`.
SKIP_OPENCV=1 BUILD=build-sanitize sh tests/run/all.sh
