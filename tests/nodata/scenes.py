"""scenes.py - random scenes with pixels outside the data, as GeoTIFFs, and outputs read back.

SPDX-License-Identifier: MIT"""
import numpy as np
from osgeo import gdal

from rules import Scene

GDAL_NAMES = {
    "uint8": "Byte",
    "uint16": "UInt16",
    "int16": "Int16",
    "uint32": "UInt32",
    "int32": "Int32",
    "float32": "Float32",
    "float64": "Float64",
}
KINDS = ["none", "all"] + 3 * ["scattered", "blocks"]


def draw_blocks(rng, shape):
    """Rectangles, or everything but rectangles."""
    hit = np.zeros(shape, bool)
    for _ in range(rng.integers(1, 5)):
        y, x = (rng.integers(0, n) for n in shape[1:])
        height, width = rng.integers(1, 40, 2)
        hit[:, y : y + height, x : x + width] = True
    return ~hit if rng.random() < 0.3 else hit


def draw_outside(rng, kind, shape):
    if kind == "blocks":
        return draw_blocks(rng, shape)
    share = {"none": 0, "all": 1}.get(kind, rng.choice([0.02, 0.2, 0.7]))
    return rng.random(shape) < share


def draw_pixels(rng, dtype, shape):
    if dtype.kind == "f":
        return (rng.normal(0, 1, shape) * 10.0 ** rng.integers(0, 4)).astype(dtype)
    info = np.iinfo(dtype)
    high = min(info.max, int(rng.choice([255, 3000])))
    low = max(info.min, -high) if rng.random() < 0.5 else 0
    return rng.integers(low, high, shape, endpoint=True).astype(dtype)


def draw_nodata(rng, dtype):
    if dtype.kind == "f":
        return float(rng.choice([-9999, 0, np.nan, -3.4028234663852886e38, 0.1]))
    info = np.iinfo(dtype)
    return float(rng.choice([info.min, 0, 7, info.max]))


class File:
    """A scene in a file. told: by what pixels are outside: value, nan, mask, or value and nan."""

    def __init__(self, rng, path, dtype, shape, kind):
        told = ["value", "mask"] + (["nan", "value nan"] if dtype.kind == "f" else [])
        self.path, self.kind, self.told = path, kind, str(rng.choice(told))
        self.nodata = draw_nodata(rng, dtype) if "value" in self.told else None
        outside = draw_outside(rng, kind, shape)
        pixels = draw_pixels(rng, dtype, shape)
        if self.told == "mask":
            outside = np.repeat(outside[:1], shape[0], 0)
        if self.nodata is not None:
            pixels[pixels == dtype.type(self.nodata)] += 1
            pixels[outside] = self.nodata
        if "nan" in self.told:
            by_nan = rng.random(shape) < 0.5 if self.nodata is not None else True
            pixels[outside & by_nan] = np.nan
        self.scene = Scene(pixels, ~outside, self.told != "nan")
        self.write(rng)

    def write(self, rng):
        pixels, valid = self.scene.pixels, self.scene.valid
        bands, height, width = pixels.shape
        storage = [
            f"INTERLEAVE={rng.choice(['PIXEL', 'BAND'])}",
            f"COMPRESS={rng.choice(['NONE', 'DEFLATE'])}",
        ]
        if rng.random() < 0.6:
            sides = 16 * rng.integers(1, 4, 2)
            storage += ["TILED=YES", f"BLOCKXSIZE={sides[0]}", f"BLOCKYSIZE={sides[1]}"]
        code = gdal.GetDataTypeByName(GDAL_NAMES[pixels.dtype.name])
        data = gdal.GetDriverByName("GTiff").Create(self.path, width, height, bands, code, storage)
        for band in range(bands if self.nodata is not None else 0):
            data.GetRasterBand(band + 1).SetNoDataValue(self.nodata)
        if self.told == "mask":
            data.CreateMaskBand(gdal.GMF_PER_DATASET)
            data.GetRasterBand(1).GetMaskBand().WriteArray(valid[0].astype(np.uint8) * 255)
        data.WriteArray(pixels if bands > 1 else pixels[0])


class Output:
    """What a run wrote. mask: [y, x], or None."""

    def __init__(self, path):
        data = gdal.Open(path)
        pixels = data.ReadAsArray()
        self.pixels = pixels if pixels.ndim == 3 else pixels[None]
        band = data.GetRasterBand(1)
        self.nodata = band.GetNoDataValue()
        has_mask = band.GetMaskFlags() == gdal.GMF_PER_DATASET
        self.mask = band.GetMaskBand().ReadAsArray() if has_mask else None
