#!/bin/sh
# Says which dependencies are missing and which packages bring them: need.sh build|test|cluster. Exit 1 if any.
set -u
mpicc=${MPICC:-mpicc}
pkg=${PKG:-pkg-config}
missing=0

# want NAME DEBIAN FEDORA CONDA TEST...: complains unless TEST succeeds
want() {
    name=$1 debian=$2 fedora=$3 conda=$4
    shift 4
    "$@" >/dev/null 2>&1 && return
    missing=1
    echo "tilery: $name is missing. Debian: $debian, Fedora: $fedora, Spack/conda: $conda" >&2
}
# A plain header has no pkg-config file to ask for.
# shellcheck disable=SC2317 # called through want
header() {
    echo "#include <$1>" | ${CXX:-c++} -I/usr/include/opencv4 -E -x c++ -
}

# The first python3 of the path may be another than the packages'.
# shellcheck disable=SC2317
python_has() {
    for p in python3 /usr/bin/python3; do
        $p -c 'import numpy; from osgeo import gdal' && return
    done
    return 1
}

want "a C compiler (cc)" gcc gcc gcc command -v "${CC:-cc}"
want "pkg-config" pkg-config pkgconf-pkg-config pkg-config command -v "$pkg"
want "an MPI compiler ($mpicc)" libopenmpi-dev openmpi-devel openmpi command -v "$mpicc"
want "GDAL (gdal)" libgdal-dev gdal-devel "gdal / libgdal" "$pkg" --exists gdal
want "libtiff 4.5 or newer (libtiff-4)" libtiff-dev libtiff-devel "libtiff" "$pkg" --atleast-version=4.5 libtiff-4
want "libjpeg" libjpeg-dev libjpeg-turbo-devel libjpeg-turbo "$pkg" --exists libjpeg
want "libdeflate" libdeflate-dev libdeflate-devel libdeflate "$pkg" --exists libdeflate
want "jansson (JSON)" libjansson-dev jansson-devel jansson "$pkg" --exists jansson
if [ "${1:-build}" != build ]; then
    want "mpirun" openmpi-bin openmpi openmpi command -v mpirun
    want "Check (unit tests)" check check-devel check "$pkg" --exists check
    want "a C++ compiler (c++)" g++ gcc-c++ "gcc / cxx-compiler" command -v "${CXX:-c++}"
    want "OpenCV (compared with in tests)" libopencv-imgproc-dev opencv-devel opencv header opencv2/imgproc.hpp
    want "GDAL's programs (gdalinfo)" gdal-bin gdal gdal command -v gdalinfo
    want "jq" jq jq jq command -v jq
    want "numpy and GDAL for Python" "python3-numpy python3-gdal" "python3-numpy python3-gdal" "numpy, gdal" python_has
    want "pgrep" procps procps-ng procps-ng command -v pgrep
fi
if [ "${1:-build}" = cluster ]; then
    PATH=$PATH:/usr/sbin:/sbin
    want "an SSH server (sshd)" openssh-server openssh-server openssh command -v sshd
    want "ssh" openssh-client openssh-clients openssh command -v ssh
    want "ip" iproute2 iproute iproute2 command -v ip
    want "tc" iproute2 iproute-tc iproute2 command -v tc
    want "Slurm's controller" slurmctld slurm-slurmctld slurm command -v slurmctld
    want "Slurm's daemon" slurmd slurm-slurmd slurm command -v slurmd
    want "Slurm's commands" slurm-client slurm slurm command -v sbatch
    want "munge" munge munge munge command -v munged
    want "gnuplot" gnuplot-nox gnuplot gnuplot command -v gnuplot
fi
[ $missing -eq 0 ] && exit 0
echo "tilery: on Debian \`sh scripts/setup.sh\` installs it all; on a cluster look for" >&2
echo "tilery: \`module load openmpi gdal libtiff libdeflate jansson\` or their like" >&2
exit 1
