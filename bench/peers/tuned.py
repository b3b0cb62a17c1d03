"""The strongest script known: rasterio and OpenCV in a few threads.

Each has a window of 2048 x 2048 pixels and its halo at a time, so that as many windows as threads
are in flight; a small block cache; writes under a lock.

    tuned.py OP IN OUT [K=V ...]      without arguments: its version and ops
SPDX-License-Identifier: MIT
"""
import os
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import cv2
import rasterio
import rasterio.shutil
from rasterio.windows import Window

from blocks import OPS, profile

WINDOW = 2048
CACHE_MB = 64
threads = int(os.environ.get("THREADS", "2"))


def windows(width, height):
    for y in range(0, height, WINDOW):
        for x in range(0, width, WINDOW):
            yield x, y, min(WINDOW, width - x), min(WINDOW, height - y)


def process(path, op, target, jobs, taking, writing):
    """What a thread does: takes windows until none is left."""
    with rasterio.open(path) as source:
        bands = 1 if source.count == 1 else None
        while True:
            with taking:
                x, y, w, h = next(jobs, (0, 0, 0, 0))
            if not w:
                return
            left, top = min(op.halo, x), min(op.halo, y)
            right, bottom = min(op.halo, source.width - x - w), min(op.halo, source.height - y - h)
            block = op.function(source.read(bands, window=Window(x - left, y - top, w + left + right, h + top + bottom)))
            w, h = w // op.shrink, h // op.shrink
            block = block[..., top:top + h, left:left + w]
            with writing:
                target.write(block, 1 if block.ndim == 2 else None, window=Window(x // op.shrink, y // op.shrink, w, h))


def main(name, path, out, *options):
    cv2.setNumThreads(1)
    with rasterio.Env(GDAL_CACHEMAX=CACHE_MB):
        if name == "cog":
            made = dict(option.split("=") for option in options)
            rasterio.shutil.copy(path, out, driver="COG", NUM_THREADS=threads, **made)
            return
        op = OPS[name]
        with rasterio.open(path) as source:
            made = profile(source, op, options)
            jobs = windows(source.width, source.height)
        if "COMPRESS" in made:
            made["NUM_THREADS"] = threads
        taking, writing = threading.Lock(), threading.Lock()
        with rasterio.open(out, "w", **made) as target, ThreadPoolExecutor(threads) as pool:
            for worker in [pool.submit(process, path, op, target, jobs, taking, writing) for _ in range(threads)]:
                worker.result()


if len(sys.argv) == 1:
    print(f"rasterio {rasterio.__version__}, OpenCV {cv2.__version__}")
    print("cog", *OPS)
else:
    main(*sys.argv[1:])
