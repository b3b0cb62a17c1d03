#!/bin/sh
# Installs what is needed to build, test and show Tilery, with apt when it may; silent when all is there.
# setup.sh cluster: what `make check-cluster` needs, too.
set -eu
cd "$(dirname "$0")/.."
level=${1:-test}
sh scripts/need.sh "$level" 2>/dev/null && exit 0

packages="gcc g++ make pkg-config libopenmpi-dev openmpi-bin libgdal-dev gdal-bin libtiff-dev
    libdeflate-dev libjpeg-dev libjansson-dev check libopencv-imgproc-dev jq procps python3-numpy python3-gdal"
[ "$level" != cluster ] || packages="$packages openssh-server openssh-client iproute2 slurmctld slurmd slurm-client munge gnuplot-nox"
# shellcheck disable=SC2086 # the list is meant to be split
set -- $packages
if [ "$(id -u)" -eq 0 ]; then
    sudo=
elif command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null; then
    sudo=sudo
else
    sudo=none
fi
if ! command -v apt-get >/dev/null 2>&1 || [ "$sudo" = none ]; then
    sh scripts/need.sh "$level" || true
    echo "tilery: this script may not install here. On Debian, run as root:" >&2
    echo "    apt-get install --no-install-recommends $*" >&2
    exit 1
fi
echo "tilery: installing what is missing with apt (once) ..." >&2
export DEBIAN_FRONTEND=noninteractive
$sudo apt-get update -qq
$sudo apt-get install -qq -y --no-install-recommends "$@" >/dev/null
sh scripts/need.sh "$level"
