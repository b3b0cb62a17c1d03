#!/usr/bin/env python3
"""compare.py - what `tilery run` makes of scenes with nodata, beside reference.py.

    compare.py BUILD [CASES-PER-OP [SEED [OP]]]

Every op of the registry runs on random scenes whose pixels outside the data are scattered, in blocks,
all or none, told by a value, NaN or a mask, on up to three ranks and in chunks of random size. Where
no pixel outside took part, the result must be, bit for bit, that of a run with --nodata=ignore.

SPDX-License-Identifier: MIT"""
import json
import os
import shlex
import subprocess
import sys
import tempfile

import numpy as np
from osgeo import gdal

import reference

LIMIT_S = 60
SHOWN_PER_OP = 2
BORDERS = ["replicate", "reflect", "reflect-101", "wrap", "constant"]
KERNEL = "--kernel=1,-2,1;0,4,-1;0.5,0,-1"
# More uses of an op than its example.
USES = {
    "blur": ["--ksize=4x3 --anchor=0,2", "--ksize=1x7"],
    "box-filter": ["--ksize=3 --normalize=false --ddepth=float32", "--ksize=5x4"],
    "copy-make-border": [f"--top=3 --right=7 --border-type={b}" for b in BORDERS],
    "corner-harris": ["--block-size=2 --k=0.1", "--block-size=4 --ksize=5"],
    "corner-min-eigen-val": ["--block-size=2", "--block-size=3 --ksize=-1"],
    "cvt-color": [
        f"--code={c}"
        for c in ["rgb2bgr", "bgr2gray", "gray2rgb", "rgb2hsv", "rgba2bgr", "rgb2bgra", "hsv2rgb"]
    ],
    "dilate": ["--ksize=4x3 --iterations=3", "--shape=ellipse --ksize=5x7 --iterations=2"],
    "erode": ["--shape=cross --ksize=5 --iterations=2", "--kernel=0,1,0;0,0,1 --anchor=0,0"],
    "filter-2d": [KERNEL + " --ddepth=float32 --delta=3.5", KERNEL + " --anchor=0,2"],
    "flip": ["--flip-code=0", "--flip-code=-1"],
    "gaussian-blur": ["--ksize=7x3 --sigma-x=1.5 --sigma-y=0.7", "--ksize=5", "--sigma-x=3.3"],
    "laplacian": ["--ksize=1 --ddepth=float32", "--ksize=3 --delta=20", "--ksize=7 --scale=0.25"],
    "median-blur": ["--ksize=3"],
    "morphology-ex": [f"--op={o} --shape=cross" for o in ["open", "close", "tophat", "blackhat"]],
    "resize": [
        f"{size} --interpolation={kind}"
        for kind in ["nearest", "linear", "cubic", "area", "lanczos4"]
        for size in ["--fx=0.5", "--fx=2.3 --fy=0.4", "--dsize=31x17", "--max-size=20", "--fx=3"]
    ],
    "rotate": ["--rotate-code=180", "--rotate-code=270"],
    "scharr": ["--dx=0 --dy=1 --delta=7", "--ddepth=float32 --scale=0.5"],
    "sep-filter-2d": ["--kernel-x=1,-1 --kernel-y=0.25,0.5,0.25 --delta=2", "--kernel-x=3 --kernel-y=1"],
    "sobel": ["--dx=1 --dy=1 --ddepth=float32", "--ksize=5 --dx=2 --scale=0.5", "--ksize=-1 --delta=9"],
    "warp-affine": [
        "--m=0.9,0.2,-3,-0.3,1.1,8",
        "--m=1.7,0,2.5,0,0.6,-4 --inverse-map --dsize=40x30 --border-value=99",
        "--m=1,0,5,0,1,3",
        "--m=0,-1,30,1,0,2 --flags=nearest",
    ],
    "sqr-box-filter": ["--ksize=3 --ddepth=float32"],
}


# --- scenes --------------------------------------------------------------------------------------------


def blocks(rng, shape, share):
    """Rectangles, or everything but rectangles."""
    hit = np.zeros(shape, bool)
    for _ in range(rng.integers(1, 5)):
        y, x = (rng.integers(0, n) for n in shape[1:])
        height, width = rng.integers(1, 40, 2)
        hit[:, y : y + height, x : x + width] = True
    return ~hit if share > 0.5 else hit


def draw_outside(rng, kind, shape):
    if kind == "none":
        return np.zeros(shape, bool)
    if kind == "all":
        return np.ones(shape, bool)
    share = rng.choice([0.02, 0.2, 0.7])
    if kind == "blocks":
        return blocks(rng, shape, share)
    return rng.random(shape) < share


def draw_pixels(rng, dtype, shape):
    if dtype.kind == "f":
        return (rng.normal(0, 1, shape) * 10.0 ** rng.integers(0, 4)).astype(dtype)
    info = np.iinfo(dtype)
    high = min(info.max, int(rng.choice([255, 3000])))
    low = max(info.min, -high) if rng.random() < 0.5 else 0
    return rng.integers(low, high, shape, endpoint=True).astype(dtype)


class File:
    """A scene as a GeoTIFF. told: 'value', 'nan' or 'mask', or several, by which pixels are outside."""

    def __init__(self, rng, path, dtype, shape, kind):
        self.path, self.kind, self.dtype = path, kind, dtype
        told = ["value", "mask"] + (["nan", "value nan"] if dtype.kind == "f" else [])
        self.told = str(rng.choice(told))
        self.nodata = self.draw_nodata(rng) if "value" in self.told else None
        outside = draw_outside(rng, kind, shape)
        pixels = draw_pixels(rng, dtype, shape)
        if self.nodata is not None and not np.isnan(self.nodata):
            pixels[pixels == dtype.type(self.nodata)] += 1
        if self.told == "mask":
            outside = np.repeat(outside[:1], shape[0], 0)
        elif "value" in self.told:
            by_nan = "nan" in self.told and rng.random(shape) < 0.5
            pixels[outside] = np.where(by_nan, np.nan, self.nodata)[outside] if np.any(by_nan) else self.nodata
        else:
            pixels[outside] = np.nan
        self.scene = reference.Scene(pixels, ~outside)
        self.write(rng)

    def draw_nodata(self, rng):
        if self.dtype.kind == "f":
            return float(rng.choice([-9999, 0, np.nan, -3.4028234663852886e38, 0.1]))
        info = np.iinfo(self.dtype)
        return float(rng.choice([info.min, 0, 7, info.max]))

    def write(self, rng):
        bands, height, width = self.scene.pixels.shape
        tiles = [f"{name}={16 * rng.integers(1, 4)}" for name in ("BLOCKXSIZE", "BLOCKYSIZE")]
        storage = [
            f"INTERLEAVE={rng.choice(['PIXEL', 'BAND'])}",
            f"COMPRESS={rng.choice(['NONE', 'DEFLATE'])}",
        ]
        storage += ["TILED=YES"] + tiles if rng.random() < 0.6 else []
        code = gdal.GetDataTypeByName(GDAL_NAMES[self.dtype.name])
        data = gdal.GetDriverByName("GTiff").Create(self.path, width, height, bands, code, storage)
        if self.nodata is not None:
            for band in range(bands):
                data.GetRasterBand(band + 1).SetNoDataValue(self.nodata)
        if self.told == "mask":
            data.CreateMaskBand(gdal.GMF_PER_DATASET)
            mask = data.GetRasterBand(1).GetMaskBand()
            mask.WriteArray(self.scene.valid[0].astype(np.uint8) * 255)
        data.WriteArray(self.scene.pixels if bands > 1 else self.scene.pixels[0])


GDAL_NAMES = {
    "uint8": "Byte",
    "uint16": "UInt16",
    "int16": "Int16",
    "uint32": "UInt32",
    "int32": "Int32",
    "float32": "Float32",
    "float64": "Float64",
}


class Output:
    def __init__(self, path):
        data = gdal.Open(path)
        pixels = data.ReadAsArray()
        self.pixels = pixels if pixels.ndim == 3 else pixels[None]
        band = data.GetRasterBand(1)
        self.nodata = band.GetNoDataValue()
        has_mask = band.GetMaskFlags() == gdal.GMF_PER_DATASET
        self.mask = band.GetMaskBand().ReadAsArray() if has_mask else None


# --- a case --------------------------------------------------------------------------------------------


class Mistake(Exception):
    """What the program did wrong."""


def same(a, b):
    return (a == b) | ((a != a) & (b != b))


class Case:
    def __init__(self, rng, tilery, directory, op):
        self.tilery, self.directory, self.op = tilery, directory, op
        self.words = self.draw_words(rng)
        kinds = ["none", "all"] + 3 * ["scattered", "blocks"]
        shape = self.draw_shape(rng)
        taken = [t for t in op["types"] if not t["input"].endswith("int64")]
        taken = taken[rng.integers(0, len(taken))]
        usual = [b for b in taken["bands"] if b in (1, 3)] or taken["bands"]
        self.bands = self.bands_of_use(int(rng.choice(usual)))
        dtype = np.dtype(taken["input"])
        self.file = File(rng, self.path("in.tif"), dtype, (self.bands, *shape), str(rng.choice(kinds)))
        self.other = None
        names = [p["name"] for p in op["parameters"]]
        if "with" in names and (rng.random() < 0.7 or "value" not in names):
            self.words = [w for w in self.words if not w.startswith(("--value", "--with"))]
            self.other = File(rng, self.path("other.tif"), dtype, (self.bands, *shape), "scattered")
            self.words.append("--with=" + self.other.path)
        self.ranks = int(rng.choice([0, 1, 2, 3]))
        chunk = 16 * rng.integers(1, 5, 2)
        self.options = [f"--chunk={chunk[0]}x{chunk[1]}"]
        self.options.append(f"--division={rng.choice(['tiles', 'rows', 'columns'])}")
        self.asked = float(rng.integers(1, 200)) if rng.random() < 0.3 else None

    def path(self, name):
        return os.path.join(self.directory, name)

    def draw_words(self, rng):
        uses = [self.op["example"], *USES.get(self.op["name"], [])]
        words = shlex.split(uses[rng.integers(0, len(uses))])
        borders = [p["choices"] for p in self.op["parameters"] if p["name"] == "border-type"]
        if borders and not any(w.startswith("--border") for w in words) and rng.random() < 0.8:
            words.append(f"--border-type={rng.choice(borders[0])}")
            if words[-1].endswith("constant") and rng.random() < 0.5:
                words.append(f"--border-value={rng.integers(0, 300)}")
        return words

    def bands_of_use(self, bands):
        code = reference.Args(self.words).get("code", "").partition("2")[0]
        return {"": bands, "gray": 1, "rgba": 4}.get(code, 3)

    def draw_shape(self, rng):
        most = 20 if rng.random() < 0.2 else 90
        return tuple(int(n) for n in rng.integers(1, most, 2))

    def describe(self):
        f = self.file
        lines = [
            f"MISMATCH {self.op['name']} {' '.join(self.words)}",
            f"  {f.dtype}, {f.scene.pixels.shape}, {f.kind} outside by {f.told} {f.nodata}, "
            f"{self.ranks} ranks, {' '.join(self.options)}, write --nodata={self.asked}",
        ]
        if self.other:
            lines.append(f"  with: {self.other.told} {self.other.nodata}")
        return "\n".join(lines)

    def run(self, ranks, nodata, sink, report=None):
        """What comes out; None when the program says that it cannot be done (exit status 2)."""
        out = self.path("out.tif")
        command = ["timeout", "-k", "5", str(LIMIT_S)]
        if ranks:
            command += ["mpirun", "-q", "--oversubscribe", "--bind-to", "none", "-n", str(ranks)]
        command += [self.tilery, "run", "-q", f"--nodata={nodata}", *self.options]
        command += [f"--report={report}"] if report else []
        command += ["read", self.file.path, "!", self.op["name"], *self.words]
        command += ["!", "write", out, "--overwrite", *sink]
        command += ["--co", "BLOCKXSIZE=16", "--co", "BLOCKYSIZE=16"]
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode == 2:
            return None
        if done.returncode != 0:
            raise Mistake(f"status {done.returncode}: {done.stderr}")
        return Output(out)

    def check(self):
        """False when the op does not take such a scene. Raises Mistake."""
        plain = self.run(0, "ignore", [])
        if not plain:
            return False
        dtype = plain.pixels.dtype
        told = self.file.nodata
        if told is None and self.other:
            told = self.other.nodata
        if self.asked is None and told is not None and not holds(dtype, told):
            self.asked = 3.0
        sink = [] if self.asked is None else [f"--nodata={self.asked:g}"]
        got = self.run(self.ranks, "respect", sink, self.path("report.json"))
        if not got:
            raise Mistake("--nodata=respect is refused where --nodata=ignore is not")
        declared = told if self.asked is None else self.asked
        stored = (np.nan if dtype.kind == "f" else 0) if declared is None else declared
        other = self.other and self.other.scene
        point = self.op["nodata"] == "each pixel by itself"
        expected = reference.expect(
            self.op["name"], point, self.words, self.file.scene, other, plain.pixels
        )
        self.check_metadata(got, declared, expected)
        if got.pixels.shape != plain.pixels.shape or got.pixels.dtype != dtype:
            raise Mistake(f"{got.pixels.dtype} {got.pixels.shape}, not {dtype} {plain.pixels.shape}")
        if self.file.kind == "none" and not (other and not other.valid.all()):
            everywhere = np.ones(got.pixels.shape, bool)
            self.demand(same(got.pixels, plain.pixels), everywhere, got, plain.pixels, "as if ignored")
        if self.file.kind == "all" and self.op.get("halo") and self.op["name"] != "merge":
            with open(self.path("report.json")) as report:
                ranks = json.load(report)["ranks"]
            if sum(rank["amounts"]["empty_chunks"] for rank in ranks) == 0:
                raise Mistake("chunks without data were computed")
        if expected:
            self.check_pixels(got.pixels, plain.pixels, expected, dtype.type(stored), got)
        return True

    def check_metadata(self, got, declared, expected):
        if (declared is None) != (got.nodata is None) or (
            declared is not None and not same(np.float32(got.nodata), np.float32(declared))
        ):
            raise Mistake(f"the declared nodata value is {got.nodata}, not {declared}")
        if (got.mask is not None) != (self.file.told == "mask" or bool(self.other and self.other.told == "mask")):
            raise Mistake("a mask is missing, or too many")
        if self.file.told == "mask" and expected and not self.other:
            if not ((got.mask != 0) == expected.valid[0]).all():
                raise Mistake("the mask is not that of the data")

    def demand(self, good, where, got, wanted, what):
        bad = np.argwhere(~good & where)
        if len(bad):
            b, y, x = bad[0]
            raise Mistake(
                f"{len(bad)} of {where.sum()} pixels are not {what}: band {b}, x {x}, y {y} is "
                f"{got.pixels[b, y, x]!r}, not {wanted[b, y, x]!r}"
            )

    def check_pixels(self, ours, plain, expected, nodata, got):
        outside = ~expected.valid
        self.demand(same(ours, nodata), outside, got, np.full(ours.shape, nodata), "nodata")
        untouched = expected.valid & ~expected.sees & ~expected.nears
        self.demand(same(ours, plain), untouched, got, plain, "those without nodata")
        if expected.value is None:
            return
        value, near = tolerate(expected, ours.dtype, self.file.scene)
        sees, nears = expected.valid & expected.sees, expected.valid & expected.nears
        with np.errstate(invalid="ignore"):
            gap = np.abs(ours.astype(np.float64) - value)
        loose = 1 if ours.dtype.kind != "f" else 1e-4 * np.abs(value) + 1e-6 * largest(self.file.scene)
        self.demand((gap <= near) | same(ours, value.astype(ours.dtype)), sees, got, expected.value, "the reference's")
        self.demand(gap <= near + loose, nears, got, expected.value, "near the reference's")


def largest(scene):
    return float(np.abs(scene.values()).max())


def tolerate(expected, dtype, scene):
    """The value as a pixel, in float64, and how far off it may be."""
    value = expected.value
    if dtype.kind == "f":
        of_type = np.finfo(dtype).eps * np.abs(value)
        return value, 2 * of_type + 1e-11 * largest(scene) + expected.slack
    info = np.iinfo(dtype)
    tie = np.abs(value - np.floor(value) - 0.5) < 1e-6 + expected.slack
    return np.clip(np.rint(value), info.min, info.max), tie.astype(np.float64)


def holds(dtype, value):
    """Whether a pixel can be the value."""
    return dtype.kind == "f" or (np.isfinite(value) and reference.stored(value, dtype) == value)


# --- all ops --------------------------------------------------------------------------------------------


def run_cases(tilery, directory, op, n, seed):
    """How many passed and failed, and a note."""
    passed = failed = 0
    for i in range(100 * n):
        rng = np.random.default_rng([seed, i, *op["name"].encode()])
        case = Case(rng, tilery, directory, op)
        try:
            passed += case.check()
        except Mistake as mistake:
            failed += 1
            if failed <= SHOWN_PER_OP:
                print(f"{case.describe()}\n  {mistake}", flush=True)
        if passed + failed == n:
            return passed, failed
    return passed, failed + 1


def main(build, n="1", seed="1", only=None):
    gdal.UseExceptions()
    gdal.SetConfigOption("GDAL_TIFF_INTERNAL_MASK", "YES")
    tilery = os.path.abspath(os.path.join(build, "tilery"))
    listed = subprocess.run([tilery, "ops", "--json"], capture_output=True, check=True)
    table, total = [], np.zeros(2, int)
    with tempfile.TemporaryDirectory(prefix="tilery-nodata.") as directory:
        for op in json.loads(listed.stdout):
            if only and op["name"] != only:
                continue
            counts = run_cases(tilery, directory, op, int(n), int(seed))
            total += counts
            table.append(f"{op['name']:20} {counts[0]:6} {counts[1]:6}")
    print(f"seed {seed}\n{'op':20} {'passed':>6} {'failed':>6}", *table, sep="\n")
    print(f"{total[0]} passed, {total[1]} failed")
    return int(total[1] > 0 or total[0] == 0)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
