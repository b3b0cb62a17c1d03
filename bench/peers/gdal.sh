#!/bin/sh
# GDAL's programs with all threads they have: gdal.sh OP IN OUT [K=V ...]; without arguments: their version and ops.
# A Gaussian is a kernel in a VRT, and the threshold a table in another: no file lies between.
# SPDX-License-Identifier: MIT
set -eu
if [ $# -eq 0 ]; then
    gdal_translate --version
    command -v gdal_calc.py >/dev/null && calc=gray
    echo copy gaussian-threshold downscale cog ${calc:+"$calc"}
    exit
fi
op=$1
in=$(realpath "$2")
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

# rewritten IN VRT ELEMENT CHILD: a VRT of IN whose sources are ELEMENTs with one more CHILD
rewritten() {
    gdal_translate -q -of VRT "$1" "$2"
    sed -i "s|<SimpleSource>|<$3>|; s|</SimpleSource>|$4</$3>|; s|relativeToVRT=\"1\"|relativeToVRT=\"1\" shared=\"0\"|" "$2"
}
case $op in
copy) exec gdal_translate -q "$@" "$in" "$out" ;;
cog) exec gdal_translate -q -of COG "$@" "$in" "$out" ;;
downscale) exec gdal_translate -q -outsize 6.25% 6.25% -r average "$@" "$in" "$out" ;;
gray)
    exec gdal_calc.py --quiet --overwrite -A "$in" --A_band=1 -B "$in" --B_band=2 -C "$in" --C_band=3 --type=Byte \
        --calc='rint(0.299*A+0.587*B+0.114*C)' "$@" --outfile="$out"
    ;;
gaussian-threshold)
    coefficients=$(awk 'BEGIN { for (i = -8; i <= 8; i++) printf "%s%.9g", (i == -8 ? "" : " "), exp(-i * i / 8) }')
    trap 'rm -f "$out.smooth.vrt" "$out.above.vrt"' EXIT
    rewritten "$in" "$out.smooth.vrt" KernelFilteredSource \
        "<Kernel normalized=\"1\"><Size>17</Size><Coefs>$coefficients</Coefs></Kernel>"
    rewritten "$out.smooth.vrt" "$out.above.vrt" ComplexSource "<LUT>127:0,128:255</LUT>"
    gdal_translate -q "$@" "$out.above.vrt" "$out"
    ;;
esac
