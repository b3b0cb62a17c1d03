#!/bin/sh
# Rebuilds docs/ops.md and its pictures with the program itself; `docs.sh text` prints the text alone.
set -eu
cd "$(dirname "$0")/.."
tilery=$PWD/${BUILD:-build}/tilery
scene=$PWD/tests/data/bahamas.tif
text() {
    "$tilery" ops --json | jq -r --arg what text -f scripts/ops.jq
}
if [ "${1:-}" = text ]; then
    text
    exit
fi
if [ "$(id -u)" -eq 0 ]; then # in containers
    export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
fi
export GDAL_PAM_ENABLED=NO
tmp=$(mktemp -d "${TMPDIR:-/tmp}/tilery-docs.XXXXXX")
trap 'rm -rf "$tmp"' EXIT
list=$tmp/list
"$tilery" ops --json | jq -r --arg what pictures -f scripts/ops.jq >"$list"
floats=$(jq -nr --arg what floats -f scripts/ops.jq)
pictures=$PWD/docs/ops
rm -rf "$pictures"
mkdir -p "$pictures"
cd "$tmp"

run() { # run IN OUT OP...: ops by the program, one rank
    from=$1
    to=$2
    shift 2
    "$tilery" run -q read "$from" ! "$@" ! write "$to" --overwrite
}
png() { # png SCENE NAME: the first bands, or of a merge the first of one scene and the last of the other
    bands=$(gdalinfo -json "$1" | jq '.bands | length')
    case $bands in
    1 | 2) pick="-b 1" ;;
    *) pick="-b 1 -b $((bands - 1)) -b $bands" ;;
    esac
    stretch="-ot Byte -scale"
    [ "$(gdalinfo -json "$1" | jq -r '.bands[0].type')" != Byte ] || stretch=
    # shellcheck disable=SC2086 # options are meant to be split
    gdal_translate -q -of PNG -co ZLEVEL=9 -a_nodata none $pick $stretch "$1" "$pictures/$2.png"
}

# Scenes of every kind, TYPE-BANDS, and the other one of each; floats go from just above 0 to 4.
gdal_translate -q -a_nodata none -srcwin 300 380 120 90 "$scene" uint8-3.tif
gdal_translate -q -b 1 -b 2 -b 3 -b 1 uint8-3.tif uint8-4.tif
run uint8-3.tif uint8-1.tif cvt-color --code=rgb2gray
for bands in 1 3 4; do
    # shellcheck disable=SC2086 # words of a command
    run uint8-$bands.tif float32-$bands.tif $floats
    for type in uint8 float32; do
        run $type-$bands.tif other-$type-$bands.tif gaussian-blur --sigma-x=3
    done
done
for where in before other; do
    prefix=
    [ $where = before ] || prefix=other-
    png ${prefix}uint8-3.tif $where-colour
    png ${prefix}uint8-1.tif $where-gray
done

while IFS="$(printf '\t')" read -r name type bands words; do
    words=$(printf %s "$words" | sed 's/{host}/node1/') # a picture is not to depend on the host
    cp "other-$type-$bands.tif" other
    # shellcheck disable=SC2086 # words of a command
    run "$type-$bands.tif" after.tif $words || { echo "docs: no picture of $name" >&2; exit 1; }
    png after.tif "$name"
done <"$list"
cd "$OLDPWD"
text >docs/ops.md
for picture in docs/ops/*.png; do
    grep -q "(ops/$(basename "$picture"))" docs/ops.md || rm "$picture"
done
echo "docs/ops.md"
