# lib.sh - what the whole-program tests share. Sourced; needs BUILD.
# shellcheck shell=sh disable=SC2034
set -u
TILERY=$PWD/${BUILD:-build}/tilery
GENERATE=$PWD/${BUILD:-build}/bench/generate
DATA=$PWD/tests/data
TMP=$(mktemp -d "${TMPDIR:-/tmp}/tilery-test.XXXXXX")
trap 'rm -rf "$TMP"' EXIT
trap 'exit 1' INT TERM
if [ "$(id -u)" -eq 0 ]; then # in containers
    export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
fi
export OMPI_MCA_rmaps_base_oversubscribe=1 OMPI_MCA_hwloc_base_binding_policy=none
LIMIT=${LIMIT:-120}
passed=0
failed=0

# ranks N ARG...: tilery run ARG... on N ranks, within LIMIT seconds; 0: without mpirun
ranks() {
    n=$1
    shift
    if [ "$n" -eq 0 ]; then
        timeout -k 5 "$LIMIT" "$TILERY" run -q "$@"
    else
        timeout -k 5 "$LIMIT" mpirun -q -n "$n" ${WRAPPER:+"$WRAPPER"} "$TILERY" run -q "$@"
    fi
}

ok() { # ok NAME COMMAND...: the command succeeds
    name=$1
    shift
    if "$@"; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "FAILED: $name: $*" >&2
    fi
}

same_bytes() {
    cmp "$1" "$2"
}

# The checksums of all bands.
checksums() {
    gdalinfo -checksum "$1" | sed -n 's/.*Checksum=//p'
}

same_pixels() {
    [ "$(checksums "$1")" = "$(checksums "$2")" ] && [ -n "$(checksums "$1")" ]
}

# refused STATUS N TEXT ARG...: `tilery run ARG...` on N ranks ends with STATUS, says TEXT on one
# line that begins with "tilery:" (without mpirun: and no other line), and leaves neither
# $TMP/out.tif nor a .part
refused() {
    wanted=$1
    n=$2
    text=$3
    shift 3
    ranks "$n" "$@" >"$TMP/stdout" 2>"$TMP/stderr"
    status=$?
    if [ "$n" -eq 0 ]; then
        lines=$(wc -l <"$TMP/stderr")
    else # mpirun has words of its own
        lines=$(grep -c '^tilery:' "$TMP/stderr")
    fi
    if [ "$status" -ne "$wanted" ] || [ "$lines" -ne 1 ] || ! grep -q -- "$text" "$TMP/stderr" ||
        [ -e "$TMP/out.tif" ] || [ -e "$TMP/out.tif.part" ]; then
        failed=$((failed + 1))
        echo "FAILED: wanted status $wanted and '$text', got $status from: $*" >&2
        sed 's/^/    /' "$TMP/stderr" >&2
        ls "$TMP"/out.tif* 2>/dev/null >&2
    else
        passed=$((passed + 1))
    fi
}

finish() {
    echo "$(basename "$0"): $passed passed, $failed failed"
    [ "$failed" -eq 0 ]
}

# The first python3 of the path may be another than that of the packages.
find_python() { # find_python STATEMENT: sets $python to one that can run it, or ends the test
    python=
    for p in python3 /usr/bin/python3; do
        [ "$python" ] || ! $p -c "$1" 2>/dev/null || python=$p
    done
    [ "$python" ] || {
        echo "$(basename "$0"): python3 cannot '$1' (Debian: python3-numpy python3-gdal)" >&2
        exit 1
    }
}

# By GDAL's own script, without warnings; after find_python.
valid_cog() {
    if ! "$python" -m osgeo_utils.samples.validate_cloud_optimized_geotiff --full-check=yes "$1" >"$TMP/said" 2>&1 ||
        grep -qi warning "$TMP/said"; then
        cat "$TMP/said" >&2
        return 1
    fi
}
