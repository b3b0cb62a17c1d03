"""split.py - random scenes, divided into files and put together again: all that GDAL tells of them is the
same, and each part tells of its place.

    split.py TILERY DIRECTORY CASES SEED

SPDX-License-Identifier: MIT"""
import os
import subprocess
import sys

import numpy as np
from osgeo import gdal, osr

gdal.UseExceptions()
TYPES = ["Byte", "UInt16", "Int16", "UInt32", "Int32", "Float32", "Float64", "UInt64", "Int64"]
OWN = ("TILERY_PIPELINE", "TILERY_SOURCE", "TILERY_PART", "TIFFTAG_SOFTWARE")
STORAGE = ("IMAGE_STRUCTURE", "DERIVED_SUBDATASETS", "COLOR_PROFILE")
LIMIT_S = 120


class Mistake(Exception):
    """What the program did wrong."""


# --- scenes ---------------------------------------------------------------------------------------


def draw_pixels(rng, dtype, shape):
    if dtype.kind == "f":
        return (rng.normal(0, 1000, shape)).astype(dtype)
    info = np.iinfo(dtype)
    return rng.integers(info.min, info.max, shape, dtype, endpoint=True)


def draw_rpc(rng):
    items = {f"{axis}_{what}": "%.6g" % rng.uniform(1, 900)
             for axis in ("LINE", "SAMP", "LAT", "LONG", "HEIGHT") for what in ("OFF", "SCALE")}
    items["LAT_OFF"], items["LONG_OFF"] = "12.5", "-33.25"
    for kind in ("LINE_NUM", "LINE_DEN", "SAMP_NUM", "SAMP_DEN"):
        items[kind + "_COEFF"] = " ".join("%.6g" % v for v in rng.normal(0, 1, 20))
    return items


def set_place(rng, scene):
    """Georeferencing of every kind; returns which."""
    srs = osr.SpatialReference()
    srs.ImportFromEPSG(int(rng.choice([4326, 32633, 3857])))
    kind = str(rng.choice(["none", "up", "up", "rotated", "gcps", "rpc", "point"]))
    if kind == "none":
        return kind
    if kind == "gcps":
        points = [gdal.GCP(*(float(v) for v in rng.uniform(-180, 180, 3).round(4)),
                           *(float(v) for v in rng.uniform(0, 60, 2).round(2)))
                  for _ in range(rng.integers(3, 8))]
        scene.SetGCPs(points, srs.ExportToWkt())
        return kind
    scene.SetSpatialRef(srs)
    step = float(rng.choice([0.1, 1 / 3, 10, 0.5])) if rng.random() < 0.7 else rng.uniform(0.01, 50)
    turn = rng.uniform(-1, 1, 2) * step if kind == "rotated" else (0, 0)
    scene.SetGeoTransform([rng.uniform(-1e6, 1e6), step, turn[0], rng.uniform(-1e6, 1e6), turn[1], -step])
    if kind == "point":
        scene.SetMetadataItem("AREA_OR_POINT", "Point")
    if kind == "rpc":
        scene.SetMetadata(draw_rpc(rng), "RPC")
    return kind


def set_band(rng, band, dtype):
    if rng.random() < 0.6:
        band.SetDescription(str(rng.choice(["red", "B8A", "näher", "a b & <c>"])))
    if rng.random() < 0.4:
        band.SetScale(0.01)
        band.SetOffset(-3.5)
        band.SetUnitType("m")
    if rng.random() < 0.4:
        band.SetMetadataItem("wavelength", str(rng.integers(400, 900)))
        band.SetMetadataItem("note", "of a band", "OTHER")


def set_palette(rng, scene):
    table = gdal.ColorTable()
    for i in range(256):
        table.SetColorEntry(i, tuple(int(v) for v in rng.integers(0, 256, 3)) + (255,))
    scene.GetRasterBand(1).SetColorTable(table)
    scene.GetRasterBand(1).SetColorInterpretation(gdal.GCI_PaletteIndex)


def make_scene(rng, path):
    """A GeoTIFF of any kind, and what there is of masks."""
    name = str(rng.choice(TYPES))
    width, height = (int(v) for v in rng.integers(1, 30 if rng.random() < 0.2 else 300, 2))
    bands = int(rng.integers(1, 5))
    options = ["INTERLEAVE=" + str(rng.choice(["BAND", "PIXEL"]))]
    if rng.random() < 0.6:
        options += ["TILED=YES", f"BLOCKXSIZE={16 * rng.integers(1, 9)}", f"BLOCKYSIZE={16 * rng.integers(1, 9)}"]
    options.append("COMPRESS=" + str(rng.choice(["NONE", "LZW", "DEFLATE"])))
    gdal.SetConfigOption("GDAL_TIFF_INTERNAL_MASK", "YES")
    scene = gdal.GetDriverByName("GTiff").Create(path, width, height, bands, gdal.GetDataTypeByName(name), options)
    first = scene.GetRasterBand(1)
    dtype = np.dtype(name.lower().replace("byte", "uint8"))
    pixels = draw_pixels(rng, dtype, (bands, height, width))
    palette = bands == 1 and name == "Byte" and rng.random() < 0.7
    if palette:
        set_palette(rng, scene)
    place = set_place(rng, scene)
    for item in range(rng.integers(0, 4)):
        scene.SetMetadataItem(f"ITEM_{item}", "Größe & <x>")
    if rng.random() < 0.3:
        scene.SetMetadata({"a": "1", "b": "two words"}, "ANY_DOMAIN")
    if rng.random() < 0.3:
        scene.SetMetadata(["<x><y>1</y></x>"], "xml:ABC")
    for b in range(bands):
        set_band(rng, scene.GetRasterBand(b + 1), dtype)
    kind = str(rng.choice(["none", "none", "nodata", "nan", "mask"]))
    if kind == "nodata":
        first.SetNoDataValue(7)
        pixels[rng.random(pixels.shape) < 0.2] = 7
    if kind == "nan" and dtype.kind == "f":
        first.SetNoDataValue(float("nan"))
        pixels[rng.random(pixels.shape) < 0.2] = np.nan
    if kind == "mask":
        scene.CreateMaskBand(gdal.GMF_PER_DATASET)
        mask = (rng.random((height, width)) < 0.7).astype("uint8") * 255
        first.GetMaskBand().WriteArray(mask)
    for b in range(bands):
        scene.GetRasterBand(b + 1).WriteArray(pixels[b])
    return f"{name} {width}x{height}x{bands} {place} {kind}{' palette' if palette else ''}"


# --- what there is to compare -----------------------------------------------------------------------


def items(thing):
    """Metadata of all domains."""
    all_of = {}
    for domain in thing.GetMetadataDomainList() or []:
        if domain in STORAGE:
            continue
        found = thing.GetMetadata_List(domain) if domain.startswith("xml:") else thing.GetMetadata_Dict(domain)
        if isinstance(found, dict):
            found = {k: v for k, v in found.items() if k not in OWN}
        if found:
            all_of[domain] = found
    return all_of


def colours(band):
    table = band.GetColorTable()
    return table and [table.GetColorEntry(i) for i in range(table.GetCount())]


def about(scene):
    told = {
        "size": (scene.RasterXSize, scene.RasterYSize, scene.RasterCount),
        "crs": scene.GetSpatialRef() and scene.GetSpatialRef().ExportToWkt(),
        "transform": scene.GetGeoTransform(can_return_null=True),
        "gcps": [(g.Id, g.GCPX, g.GCPY, g.GCPZ, g.GCPPixel, g.GCPLine) for g in scene.GetGCPs()],
        "gcp crs": scene.GetGCPSpatialRef() and scene.GetGCPSpatialRef().ExportToWkt(),
        "items": items(scene),
    }
    for b in range(1, scene.RasterCount + 1):
        band = scene.GetRasterBand(b)
        told[f"band {b}"] = (
            band.DataType, band.GetDescription(), repr(band.GetNoDataValue()), band.GetScale(), band.GetOffset(),
            band.GetUnitType(), band.GetColorInterpretation(), colours(band), band.GetMaskFlags(), items(band))
    return told


def compare(name, ours, wanted, leave_out=()):
    for key in wanted:
        if key not in leave_out and ours.get(key) != wanted[key]:
            raise Mistake(f"{name}: {key} is {ours.get(key)!r}, not {wanted[key]!r}")


def masks_of(scene):
    return np.stack([scene.GetRasterBand(b + 1).GetMaskBand().ReadAsArray() for b in range(scene.RasterCount)])


def pixels_of(scene):
    return np.stack([scene.GetRasterBand(b + 1).ReadAsArray() for b in range(scene.RasterCount)])


def same(a, b):
    return a.dtype == b.dtype and a.shape == b.shape and bool(((a == b) | ((a != a) & (b != b))).all())


# --- a case ---------------------------------------------------------------------------------------


class Case:
    def __init__(self, rng, tilery, directory):
        self.rng, self.tilery, self.directory = rng, tilery, directory
        self.source = os.path.join(directory, "scene.tif")
        self.kind = make_scene(rng, self.source)
        scene = gdal.Open(self.source)
        self.width, self.height = scene.RasterXSize, scene.RasterYSize
        self.told, self.pixels, self.masks = about(scene), pixels_of(scene), masks_of(scene)
        self.draw_division()

    def draw_division(self):
        rng = self.rng
        rows, columns = (int(rng.integers(1, min(n, 6) + 1)) for n in (self.height, self.width))
        how = int(rng.integers(0, 4))
        if how == 3:
            width, height = (int(rng.integers(max(1, n // 6), n + 1)) for n in (self.width, self.height))
            self.words = [f"--tile={width}x{height}"]
            self.xs = [*range(0, self.width, width), self.width]
            self.ys = [*range(0, self.height, height), self.height]
        else:
            rows, columns = (rows, 1) if how == 0 else (1, columns) if how == 1 else (rows, columns)
            self.words = [f"--rows={rows}"] * (how != 1) + [f"--columns={columns}"] * (how != 0)
            self.xs = [self.width * i // columns for i in range(columns + 1)]
            self.ys = [self.height * i // rows for i in range(rows + 1)]
        self.rows, self.columns = len(self.ys) - 1, len(self.xs) - 1

    def run(self, *words):
        ranks = int(self.rng.choice([0, 0, 2, 3]))
        command = ["timeout", "-k", "5", str(LIMIT_S)]
        if ranks:
            command += ["mpirun", "-q", "--oversubscribe", "--bind-to", "none", "-n", str(ranks)]
        io = str(self.rng.choice(["auto", "auto", "root"]))
        # What lies under a mask is written as 0 unless that is ignored.
        command += [self.tilery, "run", "-q", f"--io={io}", "--nodata=ignore", *words]
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode != 0:
            raise Mistake(f"status {done.returncode} of {' '.join(command)}: {done.stderr}")

    def part(self, row, column):
        x, y = self.xs[column], self.ys[row]
        scene = gdal.Open(self.name(row, column))
        wanted = self.pixels[:, y:self.ys[row + 1], x:self.xs[column + 1]]
        if not same(pixels_of(scene), wanted):
            raise Mistake(f"part {row},{column}: other pixels")
        told = about(scene)
        compare(f"part {row},{column}", told, self.told, ("size", "transform", "gcps", "items"))
        map_all, map_part = self.told["transform"], told["transform"]
        if map_all:
            at = gdal.ApplyGeoTransform(map_all, x, y)
            near = 1e-6 * abs(map_all[1])
            if any(abs(a - b) > near for a, b in zip(at, (map_part[0], map_part[3]))):
                raise Mistake(f"part {row},{column}: lies at {map_part}, not at {at}")
        moved = [(*g[:4], g[4] - x, g[5] - y) for g in self.told["gcps"]]
        if [(*g[:4], round(g[4], 6), round(g[5], 6)) for g in told["gcps"]] != \
                [(*g[:4], round(g[4], 6), round(g[5], 6)) for g in moved]:
            raise Mistake(f"part {row},{column}: control points {told['gcps']}, not {moved}")
        rpc_all, rpc = self.told["items"].get("RPC"), told["items"].get("RPC")
        if rpc_all and (abs(float(rpc["LINE_OFF"]) - float(rpc_all["LINE_OFF"]) + y) > 1e-6
                        or abs(float(rpc["SAMP_OFF"]) - float(rpc_all["SAMP_OFF"]) + x) > 1e-6):
            raise Mistake(f"part {row},{column}: RPCs do not follow")

    def name(self, row, column):
        fields = {"row": row, "column": column, "index": row * self.columns + column, "stem": "scene", "ext": "tif"}
        return self.pattern.format(**fields)

    def check(self):
        rng = self.rng
        folder = os.path.join(self.directory, "parts")
        os.makedirs(folder)
        self.pattern = folder + "/" + str(rng.choice(
            ["{row}_{column}.tif", "{stem}-{row:03}-{column:02}.{ext}", "part{index:04}.tif", "x{column}y{row}.tif"]))
        options = [["--co", "COMPRESS=" + str(rng.choice(["NONE", "DEFLATE", "LZW"]))], [],
                   ["--co", "TILED=YES", "--co", "BLOCKXSIZE=32", "--co", "BLOCKYSIZE=16"]][rng.integers(0, 3)]
        self.run("read", self.source, "!", "split", self.pattern, *self.words, *options)
        if len(os.listdir(folder)) != self.rows * self.columns:
            raise Mistake(f"there are {sorted(os.listdir(folder))}, not {self.rows}x{self.columns} parts")
        for row in range(self.rows):
            for column in range(self.columns):
                self.part(row, column)
        names = [self.name(r, c) for r in range(self.rows) for c in range(self.columns)]
        filled = self.pattern.replace("{stem}", "scene").replace("{ext}", "tif")
        listed = os.path.join(self.directory, "list.txt")
        rng.shuffle(names)
        with open(listed, "w") as f:
            f.write("\n".join(names))
        ways = [[folder + "/*.tif"], [filled], ["@" + listed], [filled, f"--layout={self.rows}x{self.columns}"]]
        back = os.path.join(self.directory, "back.tif")
        self.run("concat", *ways[rng.integers(0, 4)], "!", "write", back)
        scene = gdal.Open(back)
        compare("whole", about(scene), self.told)
        if not same(pixels_of(scene), self.pixels):
            raise Mistake("the whole has other pixels")
        if not same(masks_of(scene), self.masks):
            raise Mistake("the whole has another mask")


def main():
    tilery, directory, cases, seed = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
    failed = 0
    for i in range(cases):
        rng = np.random.default_rng([seed, i])
        own = os.path.join(directory, f"case{i}")
        os.makedirs(own)
        case = Case(rng, tilery, own)
        try:
            case.check()
            subprocess.run(["rm", "-r", own], check=True)
        except Mistake as mistake:
            failed += 1
            print(f"case {i} of seed {seed}: {case.kind}, {' '.join(case.words)}: {mistake}", file=sys.stderr)
    print(f"{cases - failed} round trips passed, {failed} failed")
    sys.exit(failed > 0)


main()
