#!/bin/sh
# What a scene says of itself survives a pipeline: compared as gdalinfo -json tells it.
. tests/run/lib.sh

# about FILE: all that must survive, in one form
about() {
    gdalinfo -json "$1" | jq -S '{
        crs: .coordinateSystem.wkt, transform: .geoTransform, gcps: .gcps, size: .size,
        metadata: (.metadata // {} | del(.IMAGE_STRUCTURE, .COLOR_PROFILE, .DERIVED_SUBDATASETS, .[""].TIFFTAG_SOFTWARE,
            .[""].TILERY_PIPELINE, .[""].TILERY_SOURCE) | with_entries(select(.value != {}))),
        bands: [.bands[] | {description, noDataValue, colorInterpretation, unit, scale, offset, colorTable, mask,
            metadata: (.metadata // {} | del(.IMAGE_STRUCTURE, .[""].STATISTICS_MAXIMUM, .[""].STATISTICS_MEAN,
                .[""].STATISTICS_MINIMUM, .[""].STATISTICS_STDDEV, .[""].STATISTICS_VALID_PERCENT) |
                with_entries(select(.value != {})))}]}'
}
survives() { # survives FILE ARG...: through these steps
    scene=$1
    shift
    about "$scene" >"$TMP/before.json"
    ok "run on $scene" ranks 2 read "$scene" ! "$@" ! write "$TMP/out.tif" --overwrite --co COMPRESS=DEFLATE
    about "$TMP/out.tif" >"$TMP/after.json"
    ok "metadata of $scene through $1" diff "$TMP/before.json" "$TMP/after.json"
    ok "$scene leaves no .aux.xml" test ! -e "$TMP/out.tif.aux.xml"
}
in=$DATA/bahamas.tif
survives "$in" median-blur --ksize=3

convert() {
    gdal_translate -q "$@" || exit 1
}
convert -b 1 -mo AREA_OR_POINT=Point -mo "Über=ünïcode & <xml>" -mo TIFFTAG_ARTIST=us "$in" "$TMP/point.tif"
survives "$TMP/point.tif" blur --ksize=3
convert -a_ullr 10 20 30 -5 -a_srs EPSG:4326 -a_nodata 255 -scale 0 255 0 60000 -ot UInt16 -a_scale 0.01 -a_offset -3 "$in" "$TMP/geo.tif"
survives "$TMP/geo.tif" erode --ksize=3
convert -gcp 0 0 1 2 -gcp 100 0 2 2 -gcp 0 100 1 3 -a_srs EPSG:4326 -b 1 -a_ullr 0 0 0 0 "$in" "$TMP/gcps.tif" 2>/dev/null ||
    convert -gcp 0 0 1 2 -gcp 100 0 2 2 -gcp 0 100 1 3 -a_srs EPSG:4326 -b 1 "$in" "$TMP/gcps.tif"
survives "$TMP/gcps.tif" blur --ksize=3
convert -b 1 -b 2 -b 3 -mask 1 --config GDAL_TIFF_INTERNAL_MASK YES -a_nodata none "$in" "$TMP/mask.tif"
survives "$TMP/mask.tif" blur --ksize=3
ok "the mask's pixels survive" test "$(gdalinfo -json -checksum "$TMP/mask.tif" -nomd >/dev/null && gdal_translate -q -b mask "$TMP/mask.tif" "$TMP/m1.tif" && checksums "$TMP/m1.tif")" \
    = "$(gdal_translate -q -b mask "$TMP/out.tif" "$TMP/m2.tif" && checksums "$TMP/m2.tif")"
cat >"$TMP/palette.vrt" <<E2
<VRTDataset rasterXSize="791" rasterYSize="718"><VRTRasterBand dataType="Byte" band="1"><ColorInterp>Palette</ColorInterp>
<ColorTable><Entry c1="1" c2="2" c3="3" c4="255"/><Entry c1="200" c2="100" c3="50" c4="255"/></ColorTable>
<SimpleSource><SourceFilename>$in</SourceFilename><SourceBand>1</SourceBand></SimpleSource></VRTRasterBand></VRTDataset>
E2
convert "$TMP/palette.vrt" "$TMP/palette.tif"
survives "$TMP/palette.tif" median-blur --ksize=3

# A window moves the origin: 101 pixels east and 203 south.
ok "window" ranks 1 read "$in" --window=101,203,300,200 ! write "$TMP/out.tif" --overwrite
convert -srcwin 101 203 300 200 "$in" "$TMP/cut.tif"
ok "a window has the geotransform of gdal_translate -srcwin" test \
    "$(gdalinfo -json "$TMP/cut.tif" | jq -c .geoTransform)" = "$(gdalinfo -json "$TMP/out.tif" | jq -c .geoTransform)"
# Stale statistics are dropped; the pipeline is noted; big outputs are BigTIFF by size alone.
ok "statistics are dropped" sh -c '! gdalinfo "$1" | grep -q STATISTICS' - "$TMP/out.tif"
ok "the pipeline is noted" sh -c 'gdalinfo "$1" | grep -q TILERY_' - "$TMP/out.tif"
ok "type of the output" ranks 2 read "$in" ! write "$TMP/f.tif" --ot=Float32 --nodata=-1 --overwrite
ok "type and nodata as asked" sh -c 'gdalinfo -json "$1" | jq -e ".bands[0].type == \"Float32\" and .bands[0].noDataValue == -1" >/dev/null' - "$TMP/f.tif"

# What is said of a band goes where its pixels go; scale, offset and unit as long as they hold.
cat >"$TMP/named.vrt" <<E2
<VRTDataset rasterXSize="791" rasterYSize="718">
$(i=0; for colour in Red Green Blue; do
    i=$((i + 1))
    echo "<VRTRasterBand dataType=\"Byte\" band=\"$i\"><Description>$colour</Description><Scale>$i.5</Scale><Offset>$i</Offset>
        <UnitType>m$i</UnitType><ColorInterp>$colour</ColorInterp><Metadata><MDI key=\"wave\">$i</MDI></Metadata>
        <SimpleSource><SourceFilename>$in</SourceFilename><SourceBand>$i</SourceBand></SimpleSource></VRTRasterBand>"
done)
</VRTDataset>
E2
convert "$TMP/named.vrt" "$TMP/named.tif"
says() { # says WHAT STEP...: the bands after these steps: name, colour, scale, offset, unit, an item
    what=$1
    shift
    ok "run $*" ranks 1 read "$TMP/named.tif" ! "$@" ! write "$TMP/out.tif" --overwrite
    gdalinfo -json "$TMP/out.tif" | jq -r '[.bands[] | [.description // "-", .colorInterpretation, .scale // "-", .offset // "-", .unit // "-",
        (.metadata // {} | .[""].wave) // "-"] | join(",")] | join(" ")' >"$TMP/says"
    ok "bands after $*" test "$(cat "$TMP/says")" = "$what"
}
r=Red,Red,1.5,1,m1,1 g=Green,Green,2.5,2,m2,2 b=Blue,Blue,3.5,3,m3,3 none=-,-,-,-
says "$b $g $r" cvt-color --code=rgb2bgr
says "$b $g $r -,Alpha,$none" cvt-color --code=rgb2bgra ! put-text --text=x --org=9,30
says "-,Hue,$none -,Saturation,$none -,Lightness,$none" cvt-color --code=rgb2hsv
says "-,Gray,$none" cvt-color
says "-,Gray,$none" in-range --lower=1 --upper=9
says "$b" extract-channel --coi=2 ! resize --fx=0.5 ! flip --flip-code=1 ! blur --ksize=3 ! erode ! convert-to --type=float32
says "$b $r $g $b" extract-channel --coi=2 ! merge --with="$TMP/named.tif"
says "-,Undefined,$none $r $g $b" cvt-color ! merge --with="$TMP/named.tif"
for changes in "threshold --thresh=9" "add --value=1" "convert-to --type=int16 --alpha=2" "sobel" "box-filter --ksize=3 --normalize=false --ddepth=int32" \
    "morphology-ex --op=gradient"; do
    # shellcheck disable=SC2086 # the step's words
    says "Red,Red,-,-,-,1 Green,Green,-,-,-,2 Blue,Blue,-,-,-,3" $changes
done
says "Red,Red,-,-,-,1 Green,Green,-,-,-,2 Blue,Blue,-,-,-,3 $r $g $b" threshold --thresh=9 ! merge --with="$TMP/named.tif" ! median-blur --ksize=3
# Four bands of bytes are no colours by themselves.
ok "no alpha is made up" test "$(gdalinfo -json "$TMP/out.tif" | jq -r '[.bands[].colorInterpretation | select(. == "Alpha")] | length')" = 0
ok "values that are no entries of a colour table lose it" ranks 1 read "$TMP/palette.tif" ! threshold --thresh=9 ! write "$TMP/out.tif" --overwrite
ok "gray" test "$(gdalinfo -json "$TMP/out.tif" | jq -r '.bands[0] | .colorInterpretation, .colorTable')" = "Gray
null"
finish
