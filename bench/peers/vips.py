"""libvips: ops are joined, rows stream.

Through its GObject introspection, which Debian packages; pyvips it does not.

    vips.py OP IN OUT [K=V ...]      without arguments: its version and ops
SPDX-License-Identifier: MIT
"""
import os
import sys
import tempfile

os.environ["VIPS_CONCURRENCY"] = os.environ.get("THREADS", "2")
os.environ["VIPS_WARNING"] = "1"  # silences what it says about the tags of GeoTIFF
import gi

gi.require_version("Vips", "8.0")
from gi.repository import Vips

Vips.init("bench")


def operate(name, **values):
    """Builds one operation of libvips; `source` stands for its input."""
    operation = Vips.Operation.new(name)
    for key, value in values.items():
        setattr(operation.props, {"source": "in"}.get(key, key), value)
    return Vips.cache_operation_build(operation)


def call(name, source, **values):
    operation = operate(name, source=source, **values)
    try:
        return operation.props.out
    finally:
        operation.unref_outputs()


def matrix(rows):
    text = f"{len(rows[0])} {len(rows)}\n" + "\n".join(" ".join(map(str, row)) for row in rows)
    with tempfile.NamedTemporaryFile("w", suffix=".mat") as file: # a name of its own: libvips caches what it loads by name
        file.write(text + "\n")
        file.flush()
        return operate("matrixload", filename=file.name, memory=True).props.out


def cast(image, kind):
    return call("cast", image, format=getattr(Vips.BandFormat, kind))


def squared(image, rows):
    return call("math2_const", call("conv", image, mask=matrix(rows)), math2=Vips.OperationMath2.POW, c=Vips.ArrayDouble.new([2]))


def gaussian_threshold(image):
    smooth = call("gaussblur", image, sigma=2, min_ampl=0.001, precision=Vips.Precision.INTEGER)
    above = call("relational_const", smooth, relational=Vips.OperationRelational.MORE, c=Vips.ArrayDouble.new([127]))
    return cast(above, "USHORT")


def rank(image, side, index):
    return call("rank", image, width=side, height=side, index=index)


def gray(image):
    sums = call("recomb", image, m=matrix([[0.299, 0.587, 0.114]]))
    return cast(call("round", sums, round=Vips.OperationRound.RINT), "UCHAR")


def sobel(image):
    across = squared(image, [[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]])
    down = squared(image, [[-1, -2, -1], [0, 0, 0], [1, 2, 1]])
    total = operate("add", left=across, right=down).props.out
    root = call("math2_const", total, math2=Vips.OperationMath2.POW, c=Vips.ArrayDouble.new([0.5]))
    return cast(root, "FLOAT")


def downscale(image):
    return call("shrink", image, hshrink=16, vshrink=16)


OPS = {
    "copy": lambda image: image, "gaussian-threshold": gaussian_threshold, "median": lambda image: rank(image, 5, 12), "gray": gray,
    "sobel": sobel, "downscale": downscale, "opening": lambda image: rank(rank(image, 7, 0), 7, 48), "cog": lambda image: image,
}


def save(image, name, options):
    """As tiles of 512 x 512; `cog` is a pyramid, which is not quite a COG but as much work."""
    deflate = "COMPRESS=DEFLATE" in options
    predictor = {"PREDICTOR=2", "PREDICTOR=YES"} & set(options)
    operate("tiffsave", source=image, filename=out, tile=True, tile_width=512, tile_height=512, bigtiff=True, pyramid=name == "cog",
            compression=Vips.ForeignTiffCompression.DEFLATE if deflate else Vips.ForeignTiffCompression.NONE,
            predictor=Vips.ForeignTiffPredictor.HORIZONTAL if predictor else Vips.ForeignTiffPredictor.NONE)


if len(sys.argv) == 1:
    print("libvips", Vips.version_string())
    print(*OPS)
else:
    name, path, out, *options = sys.argv[1:]
    source = operate("tiffload", filename=path, access=Vips.Access.SEQUENTIAL).props.out
    save(OPS[name](source), name, options)
