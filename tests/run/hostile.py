"""Makes files that lie about their size or lead astray: hostile.py DIRECTORY."""

import os
import struct
import sys
import zlib

SHORT, LONG, LONG8 = 3, 4, 16
FORMATS = {SHORT: "H", LONG: "I", LONG8: "Q"}


def tiff(name, tags, blob=b"", big=False, following=0):
    """A little-endian TIFF of one directory; tags: {number: (type, values)}; "BLOB" stands for the place of blob."""
    header, word, entry = (16, "Q", 20) if big else (8, "I", 12)
    count = "Q" if big else "H"
    room = struct.calcsize("<" + word)
    blob_at = header
    ifd_at = header + len(blob) + len(blob) % 2
    after = ifd_at + struct.calcsize("<" + count) + entry * len(tags) + room
    entries, values = b"", b""
    for tag, (kind, numbers) in sorted(tags.items()):
        declared = len(numbers)
        if isinstance(numbers, dict):  # a count that is not true
            declared, numbers = numbers["count"], numbers["values"]
        numbers = [blob_at if n == "BLOB" else n for n in numbers]
        data = struct.pack(f"<{len(numbers)}{FORMATS[kind]}", *numbers)
        if len(data) > room or declared > len(numbers):
            values_at = after + len(values)
            values += data
            data = struct.pack("<" + word, values_at)
        entries += struct.pack("<HH" + word, tag, kind, declared) + data.ljust(room, b"\0")
    if big:
        start = struct.pack("<2sHHHQ", b"II", 43, 8, 0, ifd_at)
    else:
        start = struct.pack("<2sHI", b"II", 42, ifd_at)
    if following == "itself":
        following = ifd_at
    with open(os.path.join(sys.argv[1], name), "wb") as f:
        f.write(start + blob + b"\0" * (len(blob) % 2))
        f.write(struct.pack("<" + count, len(tags)) + entries + struct.pack("<" + word, following) + values)


def scene(width, height, side=0, samples=1, bits=8, codec=8, planar=1, **more):
    """Tags of a scene in tiles, or in one strip, all of them the same blob."""
    n = more.pop("n", 1)
    size = more.pop("size", 100)
    tags = {
        256: (LONG, [width]),
        257: (LONG, [height]),
        258: (SHORT, [bits]),
        259: (SHORT, [codec]),
        262: (SHORT, [1]),
        277: (SHORT, [samples]),
        284: (SHORT, [planar]),
    }
    if side:
        tags.update({322: (LONG, [side]), 323: (LONG, [side]), 324: (LONG, ["BLOB"] * n), 325: (LONG, [size] * n)})
    else:
        tags.update({273: (LONG, ["BLOB"] * n), 278: (LONG, [height]), 279: (LONG, [size] * n)})
    tags.update({int(k[1:]): v for k, v in more.items()})
    return tags


zeros = zlib.compress(b"\0" * 256)
billion, most = 10**9, 2**31 - 1

# Rasters and tiles that nobody has the memory for.
tiff("billion-square.tif", scene(billion, billion, 512), zeros)
tiff("billion-square-float.tif", scene(billion, billion, 512, bits=64, t339=(SHORT, [3])), zeros)
tiff("most-square-strip.tif", scene(most, most), zeros)
tiff("more-than-int.tif", scene(2**32 - 1, 2**32 - 1, 512), zeros)
tiff("long-strip.tif", scene(1, most, size=2**32 - 1), zeros)
tiff("wide-strip.tif", scene(most, 1), zeros)
tiff("rows-per-strip.tif", scene(100000, 100000, t278=(LONG, [2**32 - 1])), zeros)
tiff("giant-tile.tif", scene(100, 100, 2**20), zeros)
tiff("giant-tile-of-doubles.tif", scene(100, 100, 2**31 - 16, bits=64, t339=(SHORT, [3])), zeros)
tiff("tile-of-4-gib.tif", scene(2**16, 2**16, 2**16), zeros)
tiff("many-samples.tif", scene(512, 512, 512, samples=65535), zeros)
tiff("giant-tile-of-many.tif", scene(30000, 30000, 30000 // 16 * 16, samples=65535, bits=64), zeros)
tiff("billion-square-giant-tiles.tif", scene(billion, billion, 2**20), zeros)
tiff("many-samples-separate.tif", scene(billion, billion, 512, samples=65535, planar=2), zeros)
tiff("many-samples-sparse.tif", scene(10**5, 10**5, 16, samples=65535, planar=2), zeros)
# A bomb that tells the truth: 400 MB in 400 kB.
bomb = zlib.compress(b"\0" * (20000 * 20000), 9)
tiff("bomb.tif", scene(20000, 20000, 20000 // 16 * 16, size=len(bomb)), bomb)
# An uncompressed tile that is not there.
tiff("hollow.tif", scene(16384, 16384, 16384, codec=1, size=2**28), zeros)

# Sizes of nothing, places outside, counts that are not true.
tiff("no-width.tif", scene(0, 100, 16), zeros)
tiff("no-tile.tif", scene(100, 100, 0, t322=(LONG, [0]), t323=(LONG, [0]), t324=(LONG, [8]), t325=(LONG, [100])), zeros)
tiff("no-samples.tif", scene(100, 100, 112, samples=0), zeros)
tiff("no-bits.tif", scene(100, 100, 112, bits=0), zeros)
tiff("odd-bits.tif", scene(100, 100, 112, bits=65535), zeros)
tiff("no-codec.tif", scene(100, 100, 112, codec=12345), zeros)
tiff("no-predictor.tif", scene(100, 100, 112, size=len(zeros), t317=(SHORT, [77])), zeros)
tiff("beyond.tif", scene(100, 100, 112, t324=(LONG, [2**32 - 2])), zeros)
tiff("oversized.tif", scene(100, 100, 112, size=2**32 - 1), zeros)
tiff("garbage.tif", scene(100, 100, 112, size=64), b"\x5a\xff\x00\x13" * 16)
tiff("few-tiles.tif", scene(10000, 10000, 16), zeros)
tiff("long-index.tif", scene(100, 100, 16, t324=(LONG, {"count": 2**31, "values": [8]})), zeros)
tiff(
    "long-index-big.tif",
    scene(100, 100, 16, t324=(LONG8, {"count": 2**60, "values": [16]}), t325=(LONG8, {"count": 2**60, "values": [9]})),
    zeros,
    big=True,
)
tiff("far-big.tif", scene(100, 100, 112, t324=(LONG8, [2**63 + 8]), t325=(LONG8, [2**63])), zeros, big=True)

# VRTs: of itself, of a giant, of a giant block.
VRT = """<VRTDataset rasterXSize="{w}" rasterYSize="{h}"><VRTRasterBand dataType="Byte" band="1"{more}><SimpleSource>
<SourceFilename relativeToVRT="1">{source}</SourceFilename><SourceBand>1</SourceBand>
<SrcRect xOff="0" yOff="0" xSize="{w}" ySize="{h}"/><DstRect xOff="0" yOff="0" xSize="{w}" ySize="{h}"/>
</SimpleSource></VRTRasterBand></VRTDataset>"""
for name, values in {
    "itself.vrt": {"w": 100, "h": 100, "source": "itself.vrt", "more": ""},
    "giant.vrt": {"w": most, "h": most, "source": "billion-square.tif", "more": ""},
    "giant-block.vrt": {
        "w": most,
        "h": most,
        "source": "billion-square.tif",
        "more": f' blockXSize="{most}" blockYSize="{most}"',
    },
}.items():
    with open(os.path.join(sys.argv[1], name), "w", encoding="ascii") as f:
        f.write(VRT.format(**values))

# Tiles that hold more than they should, above and below one that does not: their ends are nothing but zeros.
good, ones = zlib.compress(b"\1" * 112 * 112), zlib.compress(b"\1" * 20000)
sizes = (LONG, [len(ones), len(good), len(ones)])
tiff("overlong.tiff", scene(112, 336, 112, t324=(LONG, [8 + len(good), 8, 8 + len(good)]), t325=sizes), good + ones)

# A directory that follows itself: of a scene that is good otherwise.
sevens = zlib.compress(b"\7" * 112 * 112)
tiff("ring.tif", scene(100, 100, 112, size=len(sevens)), sevens, following="itself")
