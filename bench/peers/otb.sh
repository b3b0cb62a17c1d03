#!/bin/sh
# Orfeo ToolBox: otb.sh OP IN OUT [K=V ...]; without arguments: its version and ops.
# SPDX-License-Identifier: MIT
set -eu
if [ $# -eq 0 ]; then
    otbcli_ExtractROI -help 2>&1 | sed -n 's/^This is the ExtractROI application, version/Orfeo ToolBox/p' | grep .
    echo copy gaussian-threshold median gray sobel opening
    exit
fi
op=$1
in=$2
out=$3
shift 3
to="$out?&gdal:co:TILED=YES&gdal:co:BLOCKXSIZE=512&gdal:co:BLOCKYSIZE=512&gdal:co:NUM_THREADS=${THREADS:-2}"
for option; do
    to="$to&gdal:co:$option"
done
export ITK_GLOBAL_DEFAULT_NUMBER_OF_THREADS="${THREADS:-2}" GDAL_NUM_THREADS="${THREADS:-2}"
case $op in
copy) exec otbcli_ExtractROI -progress false -in "$in" -out "$to" uint16 ;;
gaussian-threshold) # two programs, as they cannot be joined
    trap 'rm -f "$out.smooth.tif"' EXIT
    otbcli_Smoothing -progress false -in "$in" -type gaussian -type.gaussian.stdev 2 -out "$out.smooth.tif?&gdal:co:BIGTIFF=YES" uint16
    otbcli_BandMath -progress false -il "$out.smooth.tif" -exp 'im1b1 > 127 ? 255 : 0' -out "$to" uint16
    ;;
median) exec otbcli_BandMathX -progress false -il "$in" -exp 'median(im1b1N5x5)' -out "$to" uint16 ;;
gray) exec otbcli_BandMath -progress false -il "$in" -exp 'rint(0.299*im1b1+0.587*im1b2+0.114*im1b3)' -out "$to" uint8 ;;
sobel) exec otbcli_EdgeExtraction -progress false -in "$in" -filter sobel -out "$to" float ;;
opening) exec otbcli_GrayScaleMorphologicalOperation -progress false -in "$in" -filter opening -xradius 3 -yradius 3 -out "$to" uint16 ;;
esac
