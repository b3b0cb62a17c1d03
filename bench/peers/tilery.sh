#!/bin/sh
# Tilery itself, with RANKS ranks: tilery.sh OP IN OUT [K=V ...]
# Without arguments: its version and ops.
# SPDX-License-Identifier: MIT
set -eu
tilery=${BUILD:-build}/tilery
if [ $# -eq 0 ]; then
    "$tilery" version
    echo copy gaussian-threshold median gray sobel downscale opening cog
    exit
fi
op=$1
in=$2
out=$3
shift 3
for option; do # options become --co OPTION, in place
    shift
    set -- "$@" --co "$option"
done
case $op in
copy) ops= ;;
gaussian-threshold) ops="! gaussian-blur --sigma-x=2 ! threshold --thresh=127" ;;
median) ops="! median-blur --ksize=5" ;;
gray) ops="! cvt-color --code=rgb2gray" ;;
sobel) ops="! sobel --magnitude" ;;
downscale) ops="! resize --fx=0.0625 --interpolation=area" ;;
opening) ops="! morphology-ex --op=open --ksize=7" ;;
cog) ops= && set -- --of COG "$@" ;;
esac
if [ "$(id -u)" -eq 0 ]; then # in containers
    export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
fi
# shellcheck disable=SC2086 # words of a pipeline
exec mpirun -q --oversubscribe --bind-to none -n "${RANKS:-2}" "$tilery" run -q read "$in" $ops ! write "$out" "$@" --overwrite
