#!/bin/sh
# Installs what is missing, builds, runs the main job under mpirun on a real scene and on a large
# synthetic one, and leaves pictures of before and after.
set -eu
cd "$(dirname "$0")/.."
sh scripts/setup.sh
BUILD=${BUILD:-build}
make -j"$(nproc)" BUILD="$BUILD" all "$BUILD/bench/generate"
out=${DEMO_OUTPUT:-demo-output}
ranks=${RANKS:-$(nproc)}
mkdir -p "$out"
if [ "$(id -u)" -eq 0 ]; then # in containers
    export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
fi

# run ARG...: says and does it
run() {
    echo
    echo "\$ mpirun -n $ranks ./tilery run $*"
    mpirun -n "$ranks" --oversubscribe "$BUILD/tilery" run "$@"
}
picture() { # picture SCENE PNG [ARG...]
    scene=$1
    png=$2
    shift 2
    gdal_translate -q -of PNG --config GDAL_PAM_ENABLED NO "$@" "$scene" "$png"
}

echo
echo "== A real scene: Landsat 7 over Eleuthera, the Bahamas (tests/data/README.md). Where are the clouds?"
run --report "$out/real.json" read tests/data/bahamas.tif ! cvt-color --code=rgb2gray ! gaussian-blur --sigma-x=2 ! \
    threshold --thresh=127 ! write "$out/clouds.tif" --co COMPRESS=DEFLATE --overwrite
picture tests/data/bahamas.tif "$out/real-before.png"
picture "$out/clouds.tif" "$out/real-after.png"

scene=$out/synthetic.tif
echo
echo "== A large synthetic scene: 8192 x 8192 pixels of uint16, fractal terrain under radar speckle"
[ -e "$scene" ] || "$BUILD/bench/generate" "$scene" 8192 8192 UInt16 COMPRESS=DEFLATE PREDICTOR=2 NUM_THREADS=ALL_CPUS
run -v --report "$out/synthetic.json" read "$scene" ! gaussian-blur --sigma-x=2 ! threshold --thresh=127 --maxval=65535 ! \
    write "$out/bright.tif" --co COMPRESS=DEFLATE --overwrite
picture "$scene" "$out/synthetic-before.png" -outsize 800 800 -r average -ot Byte -scale 0 400
picture "$out/bright.tif" "$out/synthetic-after.png" -outsize 800 800 -r average -ot Byte -scale 0 65535

echo
echo "Pictures, before and after:"
for name in real synthetic; do
    echo "    $out/$name-before.png  $out/$name-after.png"
done
echo "Reports (JSON): $out/real.json $out/synthetic.json"
