"""dask over windows that rasterio reads and writes; OpenCV for each block.

    dask_blocks.py OP IN OUT [K=V ...]      without arguments: its version and ops
SPDX-License-Identifier: MIT
"""
import os
import sys
import threading

import cv2
import dask
import dask.array
import rasterio
from rasterio.windows import Window

from blocks import OPS, profile

CHUNK = 2048
CACHE_MB = 64
threads = int(os.environ.get("THREADS", "2"))


class Scene:
    """A scene as dask wants it: an array that reads when indexed, with a handle for each thread."""

    def __init__(self, path):
        self.path = path
        self.local = threading.local()
        with rasterio.open(path) as source:
            self.bands = None if source.count > 1 else 1
            self.dtype = source.dtypes[0]
            self.shape = (source.count,) * (source.count > 1) + source.shape
        self.ndim = len(self.shape)

    def __getitem__(self, index):
        if not hasattr(self.local, "source"):
            self.local.source = rasterio.open(self.path)
        return self.local.source.read(self.bands, window=Window.from_slices(*index[-2:]))


class Target:
    """What dask stores into."""

    def __init__(self, target):
        self.target = target

    def __setitem__(self, index, block):
        self.target.write(block, None if block.ndim > 2 else 1, window=Window.from_slices(*index[-2:]))


def result(scene, op):
    """The op as a dask array, not computed yet."""
    chunks = scene.shape[:-2] + (CHUNK, CHUNK)
    image = dask.array.from_array(scene, chunks=chunks, asarray=False, meta=dask.array.empty((0,) * scene.ndim, dtype=scene.dtype)._meta)
    dtype = op.dtype or scene.dtype
    if op.halo:
        depth = {scene.ndim - 2: op.halo, scene.ndim - 1: op.halo}
        return dask.array.map_overlap(op.function, image, depth=depth, boundary="none", dtype=dtype, meta=image._meta.astype(dtype))
    axis = 0 if scene.ndim == 3 and op.bands == 1 else []
    sizes = tuple(tuple(n // op.shrink for n in sides) for sides in image.chunks[-2:])
    if axis == [] and scene.ndim == 3:
        sizes = image.chunks[:1] + sizes
    return dask.array.map_blocks(op.function, image, dtype=dtype, drop_axis=axis, chunks=sizes, meta=dask.array.empty((0,) * len(sizes), dtype=dtype)._meta)


def main(name, path, out, *options):
    op = OPS[name]
    cv2.setNumThreads(1)
    with rasterio.Env(GDAL_CACHEMAX=CACHE_MB), dask.config.set(scheduler="threads", num_workers=threads):
        with rasterio.open(path) as source:
            made = profile(source, op, options)
        if "COMPRESS" in made:
            made["NUM_THREADS"] = threads
        with rasterio.open(out, "w", **made) as target:
            dask.array.store(result(Scene(path), op), Target(target), lock=True)


if len(sys.argv) == 1:
    print(f"dask {dask.__version__}, rasterio {rasterio.__version__}, OpenCV {cv2.__version__}")
    print(*OPS)
else:
    main(*sys.argv[1:])
