#!/usr/bin/env python3
"""Times what codecs and their levels cost: MB of pixels a second and core, and how small they get.

Each row writes a scene with the codec and reads it back, with THREADS (2) ranks; speeds are those of
encoding and decoding alone, as the report of a run has them. From the environment also SIDE (8192),
BUILD, BENCH_OUTPUT. The table is one for docs/performance.md, in Markdown.

SPDX-License-Identifier: MIT
"""
import json
import os
import subprocess

import scenes

get = os.environ.get
OUTPUT = get("BENCH_OUTPUT") or "bench-output"
BUILD = get("BUILD") or "build"
SIDE = int(get("SIDE") or 8192)
RANKS = get("THREADS") or "2"
SCENES = [("noise", "uint16, terrain with speckle"), ("landsat", "uint8 RGB, Landsat")]
LOSSLESS = [
    "LZW", "LZW PREDICTOR=2",
    "DEFLATE ZLEVEL=1 PREDICTOR=2", "DEFLATE", "DEFLATE PREDICTOR=2", "DEFLATE ZLEVEL=9 PREDICTOR=2",
    "DEFLATE ZLEVEL=12 PREDICTOR=2",
    "ZSTD ZSTD_LEVEL=1 PREDICTOR=2", "ZSTD", "ZSTD PREDICTOR=2", "ZSTD ZSTD_LEVEL=15 PREDICTOR=2",
    "LERC", "LERC_DEFLATE", "LERC_ZSTD",
]
LOSSY = ["JPEG", "JPEG PHOTOMETRIC=YCBCR", "WEBP"]


def run(scene, ops, out, options):
    """A job's report."""
    report = f"{OUTPUT}/codecs.json"
    words = ["mpirun", "-q", "--oversubscribe", "--bind-to", "none", "-n", RANKS, f"{BUILD}/tilery", "run", "-q",
             "--report", report, "read", scene] + ops + ["!", "write", out, "--overwrite"]
    for option in options:
        words += ["--co", option]
    subprocess.run(words, check=True)
    with open(report) as file:
        return json.load(file)


def speed(report, what, size):
    return size / 1e6 / sum(rank["seconds"][what] for rank in report["ranks"])


def main():
    os.chdir(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    os.makedirs(OUTPUT, exist_ok=True)
    packed, back = f"{OUTPUT}/packed.tif", f"{OUTPUT}/back.tif"
    for name, title in SCENES:
        scene = scenes.make(name, SIDE, OUTPUT, BUILD)
        size = os.path.getsize(scene)
        print(f"\n| {title} | encoding MB/s | decoding MB/s | part of the raw size |\n|---|---|---|---|")
        for codec in LOSSLESS + (LOSSY if name == "landsat" else []):
            options = [f"COMPRESS={codec.split()[0]}", "BIGTIFF=YES"] + codec.split()[1:]
            wrote = run(scene, [], packed, options)
            read = run(packed, ["!", "threshold", "--thresh=1"], back, [])
            print(f"| {codec} | {speed(wrote, 'encoding', size):.0f} | {speed(read, 'decoding', size):.0f} "
                  f"| {os.path.getsize(packed) / size:.3f} |", flush=True)
    os.remove(packed)
    os.remove(back)


main()
