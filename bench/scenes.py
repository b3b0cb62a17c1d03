"""The scenes of `make bench`, made once: speckled terrain of bench/generate.c, repeated Landsat.

SPDX-License-Identifier: MIT
"""
import os
import subprocess

REAL = "tests/data/bahamas.tif"
REAL_SIZE = (791, 718)
TILED = ["TILED=YES", "BLOCKXSIZE=512", "BLOCKYSIZE=512", "BIGTIFF=YES", "NUM_THREADS=ALL_CPUS"]
DEFLATE = ["COMPRESS=DEFLATE", "PREDICTOR=2", "ZLEVEL=1"]


def repeated(path, side):
    """A VRT of the real scene beside and below itself, without nodata: all pixels count."""
    width, height = REAL_SIZE
    bands = []
    for band, colour in enumerate(("Red", "Green", "Blue"), 1):
        sources = []
        for y in range(0, side, height):
            for x in range(0, side, width):
                size = f'xSize="{min(width, side - x)}" ySize="{min(height, side - y)}"'
                sources.append(
                    f"<SimpleSource><SourceFilename>{os.path.abspath(REAL)}</SourceFilename><SourceBand>{band}</SourceBand>"
                    f'<SrcRect xOff="0" yOff="0" {size}/><DstRect xOff="{x}" yOff="{y}" {size}/></SimpleSource>\n')
        bands.append(f'<VRTRasterBand dataType="Byte" band="{band}"><ColorInterp>{colour}</ColorInterp>\n'
                     + "".join(sources) + "</VRTRasterBand>\n")
    with open(path, "w") as vrt:
        vrt.write(f'<VRTDataset rasterXSize="{side}" rasterYSize="{side}"><SRS>EPSG:32618</SRS>'
                  "<GeoTransform>101985, 300, 0, 2826915, 0, -300</GeoTransform>\n" + "".join(bands) + "</VRTDataset>\n")


def make(name, side, directory, build):
    """The path of scene `name`, made unless it is there."""
    path = f"{directory}/scene-{name}-{side}.tif"
    if os.path.exists(path):
        return path
    print(f"bench: making {path}", flush=True)
    kind, *codec = name.split("-")
    options = TILED + (DEFLATE if codec else [])
    part = path + ".part"
    if kind == "noise":
        subprocess.run([f"{build}/bench/generate", part, str(side), str(side), "UInt16"] + options, check=True)
    else:
        repeated(path + ".vrt", side)
        words = [word for option in options + ["INTERLEAVE=PIXEL"] for word in ("-co", option)]
        subprocess.run(["gdal_translate", "-q", "-of", "GTiff"] + words + [path + ".vrt", part], check=True)
        os.remove(path + ".vrt")
    os.rename(part, path)
    return path
