#!/bin/sh
# Builds floors 0 to 2 for 64-bit Arm and runs their unit tests under qemu-user: aarch64.sh [--install]
# --install has apt (as root) install what is missing: the cross compiler, qemu, and arm64's libraries.
set -eu
cd "$(dirname "$0")/.."
packages="gcc-aarch64-linux-gnu libc6-dev-arm64-cross qemu-user check:arm64 libdeflate-dev:arm64"
cross=aarch64-linux-gnu
found() { # arm64's headers and libraries, beside a compiler that finds them
    command -v $cross-gcc && command -v qemu-aarch64 &&
        echo 'int main(void) { return 0; }' | $cross-gcc -static -x c -o /dev/null - -lcheck -lsubunit -ldeflate -lm
}
if ! found >/dev/null 2>&1 && [ "${1:-}" = --install ]; then
    dpkg --add-architecture arm64
    apt-get update -qq
    # shellcheck disable=SC2086 # the list is meant to be split
    DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends $packages >/dev/null
fi
if ! found >/dev/null 2>&1; then
    echo "aarch64: the cross compiler, qemu-user or arm64's check and libdeflate are missing. On Debian, as root:" >&2
    echo "    dpkg --add-architecture arm64 && apt-get update" >&2
    echo "    apt-get install --no-install-recommends $packages" >&2
    echo "or: sh scripts/aarch64.sh --install" >&2
    exit 1
fi

BUILD=build-aarch64
tests=
for source in tests/unit/test_*.c; do
    test=$(basename "$source" .c)
    case $test in
    test_raster* | test_job) ;; # floors 3 and 4 need GDAL
    *) tests="$tests $BUILD/tests/unit/$test" ;;
    esac
done
# Static, so that qemu needs no arm64 system around it. The host's pkg-config names the same libraries.
# shellcheck disable=SC2086 # the list is meant to be split
make -j"$(nproc)" BUILD=$BUILD CC=$cross-gcc AR=$cross-ar CHECK_LIBS='-static -lcheck -lsubunit' $tests
failures=0
for test in $tests; do
    timeout -k 10 1200 qemu-aarch64 "$test" || failures=$((failures + 1))
done
[ $failures -eq 0 ] || { echo "aarch64: $failures programs failed"; exit 1; }
echo "aarch64: all passed"
