#!/bin/sh
# GDAL's programs with all threads they have: gdal.sh OP IN OUT [K=V ...]; without arguments: their
# version and ops. Its filters are not for pixels at this scale: a Gaussian as a kernel in a VRT
# takes minutes where others take a second.
# SPDX-License-Identifier: MIT
set -eu
if [ $# -eq 0 ]; then
    gdal_translate --version
    command -v gdal_calc.py >/dev/null && calc=gray
    echo copy downscale cog ${calc:+"$calc"}
    exit
fi
op=$1
in=$2
out=$3
shift 3
export GDAL_NUM_THREADS="${THREADS:-2}"
flag=-co
[ "$op" != gray ] || flag=--co
[ "$op" = cog ] || set -- TILED=YES BLOCKXSIZE=512 BLOCKYSIZE=512 "$@"
set -- "$@" NUM_THREADS="$GDAL_NUM_THREADS"
for option; do # options become -co OPTION, in place
    shift
    set -- "$@" "$flag" "$option"
done
case $op in
copy) exec gdal_translate -q "$@" "$in" "$out" ;;
cog) exec gdal_translate -q -of COG "$@" "$in" "$out" ;;
downscale) exec gdal_translate -q -outsize 6.25% 6.25% -r average "$@" "$in" "$out" ;;
gray)
    exec gdal_calc.py --quiet --overwrite -A "$in" --A_band=1 -B "$in" --B_band=2 -C "$in" --C_band=3 --type=Byte \
        --calc='rint(0.299*A+0.587*B+0.114*C)' "$@" --outfile="$out"
    ;;
esac
