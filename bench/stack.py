#!/usr/bin/env python3
"""Variance over many photographs: tilery beside numpy with as many processes.

    bench/stack.py TILERY DIRECTORY [IMAGES [PROCESSES]]

makes IMAGES (480) photographs of 10 megapixels in DIRECTORY unless they are there, runs both one after the
other, compares them, and prints the seconds of each and the peak memory of each rank. Needs numpy and cv2.

numpy's way: each process reads its share of the images and adds them to count, mean and squared deviations
(Welford) or to sum and sum of squares (what is quicker, though it loses digits), in float64; partial
results are merged by the parallel update. `--welford` times the first.
"""
import argparse
import glob
import json
import multiprocessing
import os
import subprocess
import sys
import time

import cv2
import numpy
from osgeo import gdal

WIDTH, HEIGHT = 3872, 2592


def make(directory, n):
    """A dark frame with hot pixels, and the noise of a sensor: each image other noise."""
    os.makedirs(directory, exist_ok=True)
    rng = numpy.random.default_rng(1)
    ground = cv2.GaussianBlur(rng.integers(0, 255, (HEIGHT, WIDTH, 3)).astype("uint8"), (0, 0), 9)
    ground = cv2.normalize(ground, None, 10, 200, cv2.NORM_MINMAX)
    noise = rng.normal(0, 4, (HEIGHT + 512, WIDTH + 512, 3)).astype("float32")
    for k in range(n):
        path = f"{directory}/{k:04}.jpg"
        if os.path.exists(path):
            continue
        y, x = rng.integers(0, 512, 2)
        image = numpy.clip(ground + noise[y : y + HEIGHT, x : x + WIDTH], 0, 255).astype("uint8")
        cv2.imwrite(path, image, [cv2.IMWRITE_JPEG_QUALITY, 80])


def sums(paths):
    """Count, mean and squared deviations of a share, by sum and sum of squares."""
    cv2.setNumThreads(1)
    total, squares, square = (numpy.zeros((HEIGHT, WIDTH, 3)) for _ in range(3))
    for path in paths:
        image = cv2.imread(path)
        total += image
        numpy.multiply(image, image, out=square, dtype=numpy.float64)
        squares += square
    mean = total / len(paths)
    squares -= total * mean
    return len(paths), mean, squares


def welford(paths):
    """The same by the running update."""
    cv2.setNumThreads(1)
    mean, squares, delta, step = (numpy.zeros((HEIGHT, WIDTH, 3)) for _ in range(4))
    for n, path in enumerate(paths):
        image = cv2.imread(path)
        numpy.subtract(image, mean, out=delta)
        numpy.divide(delta, n + 1, out=step)
        mean += step
        numpy.subtract(image, mean, out=step)
        delta *= step
        squares += delta
    return len(paths), mean, squares


def share(job):
    way, paths, out = job
    n, mean, squares = way(paths)
    numpy.save(out + "-mean.npy", mean)
    numpy.save(out + "-squares.npy", squares)
    return n


def by_numpy(way, paths, processes, scratch):
    """The variance; partial results go by way of files in memory, which is the quickest."""
    jobs = [(way, paths[i::processes], f"{scratch}/tilery-bench-{os.getpid()}-{i}") for i in range(processes)]
    with multiprocessing.Pool(processes) as pool:
        counts = pool.map(share, jobs, chunksize=1)
    n = 0
    for count, (_, _, out) in zip(counts, jobs):
        m, s = numpy.load(out + "-mean.npy"), numpy.load(out + "-squares.npy")
        os.unlink(out + "-mean.npy")
        os.unlink(out + "-squares.npy")
        if n == 0:
            n, mean, squares = count, m, s
            continue
        delta = m - mean
        squares += s + delta * delta * (n * count / (n + count))
        mean += delta * (count / (n + count))
        n += count
    squares /= n
    return squares


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("tilery")
    p.add_argument("directory")
    p.add_argument("images", nargs="?", type=int, default=480)
    p.add_argument("processes", nargs="?", type=int, default=2)
    p.add_argument("--welford", action="store_true")
    p.add_argument("--memory", default="500M")
    p.add_argument("--scratch", default="/dev/shm")
    args = p.parse_args()
    make(args.directory, args.images)
    paths = sorted(glob.glob(args.directory + "/*.jpg"))[: args.images]
    for path in paths:  # both find the files in the page cache
        with open(path, "rb") as f:
            f.read()

    out, report = args.directory + "/variance.tif", args.directory + "/report.json"
    listing = args.directory + "/list.txt"
    with open(listing, "w") as f:
        f.write("\n".join(paths) + "\n")
    run = ["mpirun", "-q", "--oversubscribe", "-n", str(args.processes), args.tilery, "run", "-q",
           f"--memory={args.memory}", f"--report={report}", "stack", "@" + listing, "!", "temporal-variance", "!",
           "write", out, "--overwrite"]
    start = time.time()
    subprocess.run(run, check=True)
    ours = time.time() - start

    start = time.time()
    wanted = by_numpy(welford if args.welford else sums, paths, args.processes, args.scratch)
    wanted.astype("float32").tofile(args.scratch + "/tilery-bench.raw")
    theirs = time.time() - start
    os.unlink(args.scratch + "/tilery-bench.raw")

    got = gdal.Open(out).ReadAsArray().transpose(1, 2, 0)[:, :, ::-1]  # cv2: the other way round
    off = numpy.max(numpy.abs(got - wanted) / numpy.maximum(wanted, 1e-3))
    with open(report) as f:
        peaks = [rank["amounts"]["peak_memory_bytes"] // 2**20 for rank in json.load(f)["ranks"]]
    print(f"{len(paths)} images, {args.processes} processes: tilery {ours:.1f} s, numpy {theirs:.1f} s, "
          f"ratio {ours / theirs:.2f}; off by {off:.1e} at most; peak MiB of each rank {peaks}")
    return 0 if off <= 1e-6 else 1


if __name__ == "__main__":
    sys.exit(main())
