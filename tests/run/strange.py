"""Strange files are either processed, to the pixels that GDAL reads, or refused soon: with one line, a status that
says so, and nothing left behind. strange.py TILERY RANKS DIRECTORY..., beside which it writes."""

import glob
import os
import subprocess
import sys

import numpy as np
from osgeo import gdal

SECONDS = 10 if "MPI_ASAN_OPTIONS" not in os.environ else 60
gdal.PushErrorHandler("CPLQuietErrorHandler")
gdal.SetCacheMax(64 << 20)


def pixels(path):
    scene = gdal.Open(path)
    bands = [scene.GetRasterBand(b + 1).ReadAsArray() for b in range(scene.RasterCount)] if scene else [None]
    return None if any(band is None for band in bands) else bands


def equal(ours, theirs):
    if ours is None or theirs is None or len(ours) != len(theirs):
        return False
    return all(np.array_equal(a, b, equal_nan=a.dtype.kind == "f") for a, b in zip(ours, theirs))


def call(words):
    """Status and standard error; what mpirun adds is left out."""
    try:
        p = subprocess.run(words, capture_output=True, timeout=SECONDS)
    except subprocess.TimeoutExpired:
        return None, []
    lines = p.stderr.decode(errors="replace").splitlines()
    return p.returncode, [line for line in lines if words[0] != "mpirun" or line.startswith("tilery:")]


def complaint(path, tilery, ranks, out):
    """What is wrong with how the program takes the file; None: nothing."""
    mpirun = ["mpirun", "-q", "-n", str(ranks)] if ranks > 1 else []
    status, lines = call(
        mpirun
        # Encoded anew, so that blobs are not copied unopened.
        + [tilery, "run", "-q", "--memory=300M", "--nodata=ignore", "--retries=0", "read", path, "!", "write", out]
        + ["--co=COMPRESS=ZSTD", "--co=ZSTD_LEVEL=1"]
    )
    left = glob.glob(glob.escape(out) + "*")
    if status == 0:
        return None if equal(pixels(out), pixels(path)) else "other pixels than GDAL's"
    if status not in (1, 2) or len(lines) != 1 or left:
        return f"status {status}, {left} is left, and it says {lines}"
    if "out of memory" in lines[0]:
        return lines[0]
    status, lines = call([tilery, "info", path])
    if status not in (0, 1, 2) or len(lines) != (status != 0):
        return f"info ends with status {status} and says {lines}"
    return None


def main():
    tilery, ranks, directories = sys.argv[1], int(sys.argv[2]), sys.argv[3:]
    failed = 0
    paths = [p for d in directories for p in sorted(glob.glob(d + "/*"))][:: int(os.environ.get("EVERY", 1))]
    out = os.path.join(os.environ["TMP"], "strange-out.tif")
    for path in paths:
        said = complaint(path, tilery, ranks, out)
        for rest in glob.glob(glob.escape(out) + "*"):
            os.unlink(rest)
        if said:
            failed += 1
            print(f"FAILED: {path} on {ranks} ranks: {said}", file=sys.stderr)
    print(f"strange.py: {len(paths)} files on {ranks} ranks, {failed} failed")
    return 1 if failed or not paths else 0


sys.exit(main())
