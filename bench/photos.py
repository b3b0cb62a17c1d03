#!/usr/bin/env python3
"""Many photographs: tilery's `each` beside Python's multiprocessing with OpenCV, with as many processes.

    bench/photos.py TILERY DIRECTORY [RUNS [PROCESSES]]

makes 32 photographs of 10 megapixels and 200 of 3 in DIRECTORY unless they are there, and runs RUNS (3) pairs of two jobs:

    mark        threshold, and who did it written on it, into a JPEG of quality 75 (of the 32)
    thumbnails  the longer side 256, by areas, into a JPEG (of the 200); and by overviews beside Pillow's thumbnail()

Prints the seconds of each and the median of the ratios. Needs numpy, cv2 and, for the last, Pillow.
"""
import argparse
import glob
import multiprocessing
import os
import statistics
import subprocess
import time

import cv2
import numpy


def make(directory, n, width, height):
    os.makedirs(directory, exist_ok=True)
    rng = numpy.random.default_rng(width)
    for k in range(n):
        path = f"{directory}/{k:04}.jpg"
        if os.path.exists(path):
            continue
        small = rng.integers(0, 255, (height // 64, width // 64, 3)).astype("uint8")
        image = cv2.resize(small, (width, height), interpolation=cv2.INTER_CUBIC).astype("int16")
        image += rng.integers(-8, 9, image.shape, dtype="int16")
        cv2.imwrite(path, numpy.clip(image, 0, 255).astype("uint8"), [cv2.IMWRITE_JPEG_QUALITY, 85])


def mark(job):
    path, out = job
    cv2.setNumThreads(1)
    _, image = cv2.threshold(cv2.imread(path), 127, 255, cv2.THRESH_BINARY)
    who = f"{os.uname().nodename}:{os.getpid()}"
    cv2.putText(image, who, (10, 30), cv2.FONT_HERSHEY_SIMPLEX, 1, (0, 0, 0))
    cv2.imwrite(out, image, [cv2.IMWRITE_JPEG_QUALITY, 75])


def thumbnail(job):
    path, out = job
    cv2.setNumThreads(1)
    image = cv2.imread(path)
    scale = 256 / max(image.shape)
    size = (round(image.shape[1] * scale), round(image.shape[0] * scale))
    cv2.imwrite(out, cv2.resize(image, size, interpolation=cv2.INTER_AREA), [cv2.IMWRITE_JPEG_QUALITY, 75])


def quick_thumbnail(job):
    from PIL import Image  # reads an eighth of the coefficients, as overviews do

    path, out = job
    image = Image.open(path)
    image.thumbnail((256, 256), Image.BOX)
    image.save(out, quality=75)


def by_python(work, paths, directory, processes):
    """In a process of its own, as a script would be."""
    jobs = [(path, f"{directory}/{os.path.basename(path)}") for path in paths]
    with multiprocessing.get_context("spawn").Pool(processes) as pool:
        pool.map(work, jobs, chunksize=1)


def timed(call, *args, **named):
    start = time.time()
    call(*args, **named)
    return time.time() - start


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("tilery")
    p.add_argument("directory")
    p.add_argument("runs", nargs="?", type=int, default=3)
    p.add_argument("processes", nargs="?", type=int, default=2)
    args = p.parse_args()
    photos, small = args.directory + "/photos", args.directory + "/small"
    make(photos, 32, 3872, 2592)
    make(small, 200, 2048, 1536)
    out = args.directory + "/out"
    os.makedirs(out, exist_ok=True)
    who = "--text={host}:{rank}"
    jobs = [
        ("mark", photos, mark, [], ["threshold", "--thresh=127", "--maxval=255", "!", "put-text", who, "--org=10,30"]),
        ("thumbnails", small, thumbnail, [], ["resize", "--max-size=256", "--interpolation=area"]),
        ("by overviews", small, quick_thumbnail, ["--use-overviews"],
         ["resize", "--max-size=256", "--interpolation=area"]),
    ]
    for name, directory, work, options, ops in jobs:
        paths = sorted(glob.glob(directory + "/*.jpg"))
        for path in paths:  # both find the files in the page cache
            with open(path, "rb") as f:
                f.read()
        run = ["mpirun", "-q", "--oversubscribe", "-n", str(args.processes), args.tilery, "run", "-q", "each",
               directory + "/*.jpg", *options, "!", *ops, "!", "write", out + "/{stem}.jpg", "--overwrite"]
        ratios = []
        for _ in range(args.runs):
            ours = timed(subprocess.run, run, check=True)
            theirs = timed(by_python, work, paths, out, args.processes)
            ratios.append(ours / theirs)
            print(f"{name}: tilery {ours:.2f} s, python {theirs:.2f} s, ratio {ratios[-1]:.2f}")
        print(f"{name}: median of ratios {statistics.median(ratios):.2f}")


if __name__ == "__main__":
    main()
