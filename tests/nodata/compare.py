#!/usr/bin/env python3
"""compare.py - what `tilery run` makes of scenes with nodata, beside reference.py.

    compare.py BUILD [CASES-PER-OP [SEED [OP]]]

Every op of the registry runs on random scenes whose pixels outside the data are scattered, in
blocks, all or none, told by a value, NaN or a mask, on up to three ranks and in chunks of random
size. Where no pixel outside took part, the result must be, bit for bit, that of a run with
--nodata=ignore. Of ops that the reference does not know only what is declared is looked at.

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
from rules import Args, stored
from scenes import KINDS, File, Output

LIMIT_S = 60
SHOWN_PER_OP = 2
TRIES = 100  # for a case that the op takes
BORDERS = ["replicate", "reflect", "reflect-101", "wrap", "constant"]
SIZES = ["--fx=0.5", "--fx=2.3 --fy=0.4", "--dsize=31x17", "--max-size=20", "--fx=3"]
CODES = ["rgb2bgr", "bgr2gray", "gray2rgb", "rgb2hsv", "rgba2bgr", "rgb2bgra", "hsv2rgb"]
KERNEL = "--kernel=1,-2,1;0,4,-1;0.5,0,-1"
# More uses of an op than its example.
USES = {
    "adaptive-threshold": ["--block-size=5 --c=-3.5 --threshold-type=binary-inv"],
    "bilateral-filter": ["--d=5 --sigma-color=40 --sigma-space=2"],
    "blur": ["--ksize=4x3 --anchor=0,2", "--ksize=1x7"],
    "box-filter": ["--ksize=3 --normalize=false --ddepth=float32", "--ksize=5x4"],
    "copy-make-border": [f"--top=3 --right=7 --border-type={b}" for b in BORDERS],
    "corner-harris": ["--block-size=2 --k=0.1", "--block-size=4 --ksize=5"],
    "corner-min-eigen-val": ["--block-size=2", "--block-size=3 --ksize=-1"],
    "crop": ["--window=0,0,5,3", "--window=7,9,3,40"],
    "cvt-color": [f"--code={c}" for c in CODES],
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
        for size in SIZES
    ],
    "rotate": ["--rotate-code=180", "--rotate-code=270"],
    "scharr": ["--dx=0 --dy=1 --delta=7", "--ddepth=float32 --scale=0.5"],
    "sep-filter-2d": [
        "--kernel-x=1,-1 --kernel-y=0.25,0.5,0.25 --delta=2",
        "--kernel-x=3 --kernel-y=1",
    ],
    "sobel": [
        "--dx=1 --dy=1 --ddepth=float32",
        "--ksize=5 --dx=2 --scale=0.5",
        "--ksize=-1 --delta=9",
    ],
    "sqr-box-filter": ["--ksize=3 --ddepth=float32"],
    "warp-affine": [
        "--m=0.9,0.2,-3,-0.3,1.1,8",
        "--m=1.7,0,2.5,0,0.6,-4 --inverse-map --dsize=40x30 --border-value=99",
        "--m=1,0,5,0,1,3",
        "--m=0,-1,30,1,0,2 --flags=nearest",
    ],
}


class Mistake(Exception):
    """What the program did wrong."""


# --- one case -------------------------------------------------------------------------------------


# Of these a pixel outside changes all others, as it is not counted: tests/run/passes.sh and sweeps.sh look at that.
WHOLE = ["equalize-hist", "clahe", "distance-transform"]


def draw_words(rng, op):
    """Parameters of the op."""
    uses = [op["example"], *USES.get(op["name"], [])]
    words = shlex.split(uses[rng.integers(0, len(uses))])
    borders = [p["choices"] for p in op["parameters"] if p["name"] == "border-type"]
    if borders and not any(w.startswith("--border") for w in words) and rng.random() < 0.8:
        words.append(f"--border-type={rng.choice(borders[0])}")
        takes_value = any(p["name"] == "border-value" for p in op["parameters"])
        if words[-1].endswith("constant") and takes_value and rng.random() < 0.5:
            words.append(f"--border-value={rng.integers(0, 300)}")
    return words


def draw_bands(rng, bands, words):
    """How many bands the op takes, given its parameters."""
    start = Args(words).get("code", "").partition("2")[0]
    usual = [b for b in bands if b in (1, 3)] or bands
    return {"": int(rng.choice(usual)), "gray": 1, "rgba": 4}.get(start, 3)


class Case:
    """An op, its parameters and scenes, and how they are run."""

    def __init__(self, rng, op, tilery, directory):
        self.op, self.tilery, self.directory = op, tilery, directory
        self.words = draw_words(rng, op)
        types = [t for t in op["types"] if not t["input"].endswith("int64")]
        taken = types[rng.integers(0, len(types))]
        dtype = np.dtype(taken["input"])
        most = 20 if rng.random() < 0.2 else 90
        shape = (draw_bands(rng, taken["bands"], self.words), *rng.integers(1, most, 2))
        self.file = File(rng, self.path("in.tif"), dtype, shape, str(rng.choice(KINDS)))
        self.other = None
        names = [p["name"] for p in op["parameters"]]
        if "with" in names and (rng.random() < 0.7 or "value" not in names):
            self.words = [w for w in self.words if not w.startswith(("--value", "--with"))]
            self.other = File(rng, self.path("other.tif"), dtype, shape, "scattered")
            self.words.append("--with=" + self.other.path)
        self.ranks = int(rng.integers(0, 4))  # 0: without mpirun
        chunk = 16 * rng.integers(1, 5, 2)
        division = rng.choice(["tiles", "rows", "columns"])
        self.options = [f"--chunk={chunk[0]}x{chunk[1]}", f"--division={division}"]
        self.asked = float(rng.integers(1, 200)) if rng.random() < 0.3 else None

    def path(self, name):
        return os.path.join(self.directory, name)

    def describe(self):
        f, write = self.file, f"write --nodata={self.asked}"
        told = f"{f.told} {f.nodata}"
        if self.other:
            told += f", with: {self.other.told} {self.other.nodata}"
        shape = "x".join(str(n) for n in f.scene.pixels.shape)
        return (
            f"MISMATCH {self.op['name']} {shlex.join(self.words)}\n"
            f"  {f.scene.pixels.dtype} {shape}, {f.kind} outside by {told}, "
            f"{self.ranks} ranks, {' '.join(self.options)}, {write}"
        )

    def run(self, ranks, nodata, sink):
        """What comes out; None when the program says that it cannot be done (exit status 2)."""
        out = self.path("out.tif")
        command = ["timeout", "-k", "5", str(LIMIT_S)]
        if ranks:
            command += ["mpirun", "-q", "--oversubscribe", "--bind-to", "none", "-n", str(ranks)]
        command += [self.tilery, "run", "-q", f"--nodata={nodata}", *self.options]
        command += ["--report=" + self.path("report.json"), "read", self.file.path, "!"]
        command += [self.op["name"], *self.words, "!", "write", out, "--overwrite", *sink]
        command += ["--co", "BLOCKXSIZE=16", "--co", "BLOCKYSIZE=16"]
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode == 2:
            return None
        if done.returncode != 0:
            raise Mistake(f"status {done.returncode}: {done.stderr}")
        return Output(out)

    def empty_chunks(self):
        with open(self.path("report.json")) as report:
            return sum(r["amounts"]["empty_chunks"] for r in json.load(report)["ranks"])

    def choose_nodata(self, dtype):
        """The value that the output declares, or None."""
        told = self.file.nodata
        if told is None and self.other:
            told = self.other.nodata
        if self.asked is None and told is not None and not holds(dtype, told):
            self.asked = 3.0  # without it the program would refuse
        return told if self.asked is None else self.asked

    def check(self):
        """'unknown': without a reference; None when the op does not take such a scene."""
        plain = self.run(0, "ignore", [])
        if not plain:
            return None
        declared = self.choose_nodata(plain.pixels.dtype)
        sink = [] if self.asked is None else [f"--nodata={self.asked:g}"]
        got = self.run(self.ranks, "respect", sink)
        if not got:
            raise Mistake("--nodata=respect is refused where --nodata=ignore is not")
        if got.pixels.shape != plain.pixels.shape or got.pixels.dtype != plain.pixels.dtype:
            raise Mistake(f"{got.pixels.dtype} {got.pixels.shape}, other than without nodata")
        other = self.other and self.other.scene
        alone = self.op["nodata"] == "each pixel by itself"
        expected = reference.expect(
            self.op["name"], alone, self.words, self.file.scene, other, plain.pixels
        )
        all_inside = self.file.scene.valid.all() and (not other or other.valid.all())
        if all_inside and (not expected or expected.valid.all()):
            demand(same(got.pixels, plain.pixels), True, got.pixels, plain.pixels, "as if ignored")
        if self.file.kind == "all" and self.op.get("halo") and self.op["name"] != "merge":
            if self.empty_chunks() == 0:
                raise Mistake("chunks without data were computed")
        self.check_metadata(got, declared, expected)
        if expected:
            check_pixels(got.pixels, plain.pixels, expected, declared, self.file.scene)
        return "known" if expected else "unknown"

    def check_metadata(self, got, declared, expected):
        is_same = declared is None or same(np.float32(got.nodata or 0), np.float32(declared))
        if (declared is None) != (got.nodata is None) or not is_same:
            raise Mistake(f"the declared nodata value is {got.nodata}, not {declared}")
        masked = [f for f in (self.file, self.other) if f and f.told == "mask"]
        if (got.mask is not None) != bool(masked):
            raise Mistake("there is no mask" if masked else "there is a mask")
        if masked and expected and not self.other:
            if not ((got.mask != 0) == expected.valid[0]).all():
                raise Mistake("the mask is not that of the data")


# --- pixels ---------------------------------------------------------------------------------------


def same(a, b):
    return (a == b) | ((a != a) & (b != b))


def holds(dtype, value):
    """Whether a pixel can be the value."""
    return dtype.kind == "f" or (np.isfinite(value) and stored(value, dtype) == value)


def demand(good, where, ours, wanted, what):
    bad = np.argwhere(~good & where)
    if len(bad):
        b, y, x = bad[0]
        raise Mistake(
            f"{len(bad)} of {np.sum(where & np.ones_like(good))} pixels are not {what}: "
            f"band {b}, x {x}, y {y} is {ours[b, y, x]!r}, not {wanted[b, y, x]!r}"
        )


def as_pixels(expected, dtype, largest):
    """The expected values as pixels, in float64, and how far off they may be."""
    value = expected.value
    if dtype.kind == "f":
        of_type = np.finfo(dtype).eps * np.abs(value)
        return value, 2 * of_type + 1e-11 * largest + expected.slack
    info = np.iinfo(dtype)
    tie = np.abs(value - np.floor(value) - 0.5) < 1e-6 + expected.slack
    may = np.where(np.isnan(value), np.inf, tie)
    return np.clip(np.rint(np.nan_to_num(value)), info.min, info.max), may


def check_pixels(ours, plain, expected, declared, scene):
    dtype = ours.dtype
    if declared is None:
        declared = np.nan if dtype.kind == "f" else 0
    nodata = np.full_like(ours, declared)
    valid, sees = expected.valid, expected.valid & expected.sees
    nears = expected.valid & expected.nears
    demand(same(ours, nodata), ~valid, ours, nodata, "nodata")
    demand(same(ours, plain), valid & ~sees & ~nears, ours, plain, "those without nodata")
    if expected.value is None:
        return
    largest = np.abs(scene.values()).max()
    value, may = as_pixels(expected, dtype, largest)
    gap = np.abs(ours.astype(np.float64) - value)
    loose = 1e-4 * np.abs(value) + 1e-6 * largest if dtype.kind == "f" else 1
    infinite = same(ours, value.astype(dtype))
    demand((gap <= may) | infinite, sees, ours, value, "the reference's")
    demand(gap <= may + loose, nears, ours, value, "near the reference's")


# --- all ops --------------------------------------------------------------------------------------


def run_cases(op, n, seed, tilery, directory):
    """[passed, failed, passed without a reference]"""
    counts = np.zeros(3, int)
    for i in range(TRIES * n):
        case = Case(np.random.default_rng([seed, i, *op["name"].encode()]), op, tilery, directory)
        try:
            result = case.check()
            counts += (result is not None, 0, result == "unknown")
        except Mistake as mistake:
            counts[1] += 1
            if counts[1] <= SHOWN_PER_OP:
                print(f"{case.describe()}\n  {mistake}", flush=True)
        if counts[0] + counts[1] == n:
            return counts
    print(f"{op['name']}: no case was taken in {TRIES} tries")
    return counts + (0, 1, 0)


def main(build, n="1", seed="1", only=None):
    gdal.UseExceptions()
    gdal.SetConfigOption("GDAL_TIFF_INTERNAL_MASK", "YES")
    np.seterr(all="ignore")
    tilery = os.path.abspath(os.path.join(build, "tilery"))
    listed = subprocess.run([tilery, "ops", "--json"], capture_output=True, check=True)
    table, total = [], np.zeros(3, int)
    with tempfile.TemporaryDirectory(prefix="tilery-nodata.") as directory:
        for op in json.loads(listed.stdout):
            if only in (None, op["name"]) and op["name"] not in WHOLE and not op["of_series"]:
                counts = run_cases(op, int(n), int(seed), tilery, directory)
                total += counts
                table.append(f"{op['name']:20} {counts[0]:6} {counts[1]:6} {counts[2]:10}")
    print(f"seed {seed}\n{'op':20} passed failed unreferred", *table, sep="\n")
    print(f"{total[0]} passed, {total[1]} failed")
    return int(total[1] > 0 or total[0] == 0)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
