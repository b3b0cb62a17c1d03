#!/bin/sh
# Nothing that a scene is or names makes Tilery go to the network, unless --allow-network is given; nor does
# it run Python. A server on this host notes what arrives.
. tests/run/lib.sh
find_python 'import http.server, numpy'
LIMIT=20
in=$DATA/bahamas.tif
out=$TMP/out.tif
cat >"$TMP/server.py" <<'END'
import http.server, sys

class Handler(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *args):
        with open(sys.argv[1] + "/requests", "a") as log:
            print(self.requestline, file=log)

    def do_GET(self):  # of a part of a file
        bounds = self.headers.get("Range", "bytes=0-").split("=")[1].split("-")
        try:
            content = open(self.translate_path(self.path), "rb").read()
        except OSError:
            return self.send_error(404)
        part = content[int(bounds[0]) : int(bounds[1] or len(content)) + 1]
        self.send_response(206)
        self.send_header("Content-Length", str(len(part)))
        self.send_header("Content-Range", f"bytes {bounds[0]}-{int(bounds[0]) + len(part) - 1}/{len(content)}")
        self.end_headers()
        self.wfile.write(part)

server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), lambda *a: Handler(*a, directory=sys.argv[2]))
with open(sys.argv[1] + "/port", "w") as port:
    print(server.server_port, file=port)
server.serve_forever()
END
"$python" "$TMP/server.py" "$TMP" "$DATA" 2>/dev/null &
server=$!
trap 'kill $server; rm -rf "$TMP"' EXIT
for _ in 1 2 3 4 5 6 7 8 9 10; do
    [ -s "$TMP/port" ] || sleep 0.5
done
url=http://127.0.0.1:$(cat "$TMP/port")
unset http_proxy all_proxy ALL_PROXY
export no_proxy=127.0.0.1 # a user's exceptions make no difference
: >"$TMP/requests"

vrt_of() { # vrt_of NAME SOURCE: a VRT that names it
    gdal_translate -q -of VRT "$in" "$TMP/$1.vrt"
    sed -i "s|<SourceFilename.*</SourceFilename>|<SourceFilename relativeToVRT=\"0\">$2</SourceFilename>|" "$TMP/$1.vrt"
}
vrt_of curl "/vsicurl/$url/bahamas.tif"
vrt_of proxy "/vsicurl?proxy=$url\&amp;url=$url/bahamas.tif"
vrt_of http "$url/bahamas.tif"
vrt_of netcdf "NETCDF:\"$url/bahamas.nc\":Band1"
cat >"$TMP/tms.xml" <<END
<GDAL_WMS><Service name="TMS"><ServerUrl>$url/\${z}/\${x}/\${y}.png</ServerUrl></Service>
<DataWindow><UpperLeftX>-1</UpperLeftX><UpperLeftY>1</UpperLeftY><LowerRightX>1</LowerRightX><LowerRightY>-1</LowerRightY>
<TileLevel>1</TileLevel></DataWindow><BandsCount>1</BandsCount><Timeout>2</Timeout></GDAL_WMS>
END
cat >"$TMP/cached.mrf" <<END
<MRF_META><CachedSource><Source>/vsicurl/$url/bahamas.tif</Source></CachedSource>
<Raster><Size x="512" y="512" c="1"/><PageSize x="512" y="512" c="1"/></Raster></MRF_META>
END

for scene in "/vsicurl/$url/bahamas.tif" "/vsicurl?url=$url/bahamas.tif" "/vsicurl_streaming/$url/bahamas.tif" "$url/bahamas.tif" \
    "/vsizip//vsicurl/$url/a.zip/b.tif" /vsis3/bucket/key.tif /vsigs/bucket/key.tif /vsiaz/bucket/key.tif \
    "NETCDF:\"$url/a.nc\":Band1" "WCS:$url/wcs" "WMS:$url/wms" "WMTS:$url/wmts" "OGCAPI:$url/api"; do
    refused 2 0 "allow-network" read "$scene" ! blur --ksize=3 ! write "$out"
done
for scene in "PG:host=127.0.0.1 port=${url##*:} dbname=x" "$TMP/curl.vrt" "$TMP/proxy.vrt" "$TMP/http.vrt" "$TMP/tms.xml"; do
    refused 1 0 . read "$scene" ! blur --ksize=3 ! write "$out"
done
refused 1 1 . read "$TMP/netcdf.vrt" ! blur --ksize=3 ! write "$out" # its library has words of its own
timeout 20 "$TILERY" info "$TMP/cached.mrf" >/dev/null 2>&1
timeout 20 "$TILERY" info "/vsicurl/$url/bahamas.tif" >/dev/null 2>&1
refused 1 0 "allow-network" read "$TMP/curl.vrt" ! blur --ksize=3 ! write "$out"
refused 2 2 "allow-network" read "$in" ! add --with="/vsicurl/$url/bahamas.tif" ! write "$out"
ok "no request has arrived" test ! -s "$TMP/requests"

# With the option it works, so the server would have seen the rest, too.
ok "a scene on the network, when allowed" ranks 2 --allow-network read "/vsicurl/$url/bahamas.tif" ! write "$out"
ok "its pixels" same_pixels "$in" "$out"
ok "a VRT of one" ranks 2 --allow-network read "$TMP/curl.vrt" ! write "$out" --overwrite
ok "info" timeout 20 "$TILERY" info --allow-network "/vsicurl/$url/bahamas.tif" >"$TMP/stdout"
ok "requests have arrived" grep -q 'GET /bahamas.tif' "$TMP/requests"
rm -f "$out"

# Python in a VRT would leave a file.
gdal_translate -q -b 1 -of VRT "$in" "$TMP/python.vrt"
sed -i 's|<VRTRasterBand |&subClass="VRTDerivedRasterBand" |
    s|<SimpleSource>|<PixelFunctionType>f</PixelFunctionType><PixelFunctionLanguage>Python</PixelFunctionLanguage><PixelFunctionCode><![CDATA[\ndef f(in_ar, out_ar, *args, **kwargs):\n    open("'"$TMP"'/ran", "w")\n    out_ar[:] = in_ar[0]\n]]></PixelFunctionCode>&|' "$TMP/python.vrt"
export GDAL_VRT_ENABLE_PYTHON=YES
refused 1 2 "ython" read "$TMP/python.vrt" ! blur --ksize=3 ! write "$out"
ok "no Python ran" test ! -e "$TMP/ran"
ok "named, it runs" ranks 1 --config GDAL_VRT_ENABLE_PYTHON=YES read "$TMP/python.vrt" ! blur --ksize=3 ! write "$out"
ok "Python ran" test -e "$TMP/ran"
finish
