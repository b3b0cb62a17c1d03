#!/bin/sh
# Files are made anew: nothing is written through links that lie where output, probe or report are to be, and the
# user's umask holds.
. tests/run/lib.sh
LIMIT=30
in=$DATA/bahamas.tif
echo precious >"$TMP/victim"

plant() { # plant NAME...: links to the victim
    for link in "$@"; do
        rm -f "$TMP/$link"
        ln -s "$TMP/victim" "$TMP/$link"
    done
}
unharmed() { # unharmed WHAT
    ok "$1: the victim is unharmed" test "$(cat "$TMP/victim")" = precious
}
for io in root shared; do
    plant out.tif.part report.json.part
    [ $io = root ] || plant out.tif.part.probe
    ok "$io" ranks 2 --io=$io --report "$TMP/report.json" read "$in" ! write "$TMP/out.tif" --overwrite
    unharmed $io
    ok "$io: the output is a file" test -f "$TMP/out.tif" -a ! -L "$TMP/out.tif"
    ok "$io: whole" same_pixels "$in" "$TMP/out.tif"
    ok "$io: the report is a file" test -s "$TMP/report.json" -a ! -L "$TMP/report.json"
    ok "$io: nothing is left" test "$(find "$TMP" -name '*.p*' | wc -l)" -eq 0
done
rm "$TMP/out.tif"

# A link that dangles does not become a file.
ln -s "$TMP/nowhere" "$TMP/out.tif.part"
ok "a dangling link" ranks 1 read "$in" ! write "$TMP/out.tif"
ok "it leads nowhere still" test ! -e "$TMP/nowhere"
rm "$TMP/out.tif" "$TMP/report.json"

plant report.json
refused 1 0 "report.json.*regular" --report "$TMP/report.json" read "$in" ! write "$TMP/out.tif"
unharmed "a report's own name"
mkdir "$TMP/out.tif.part"
ranks 0 read "$in" ! write "$TMP/out.tif" 2>"$TMP/stderr"
ok "a directory in its place is an error" grep -q "tilery: .*out.tif.part" "$TMP/stderr"
rmdir "$TMP/out.tif.part"
rm "$TMP/report.json"

(umask 027 && ranks 2 --report "$TMP/report.json" read "$in" ! write "$TMP/out.tif" --of=COG)
for file in out.tif report.json; do
    ok "$file has the rights that umask leaves" test "$(stat -c %a "$TMP/$file")" = 640
done

# In a directory like /tmp, others' links cannot be taken away: then nothing is written.
if [ "$(id -u)" -eq 0 ] && command -v setpriv >/dev/null; then
    chmod 711 "$TMP"
    mkdir "$TMP/sticky"
    chmod 1777 "$TMP/sticky"
    ln -s "$TMP/victim" "$TMP/sticky/out.tif.part"
    cp "$in" "$TMP/sticky/in.tif"
    chmod 666 "$TMP/victim"
    setpriv --reuid=65534 --regid=65534 --clear-groups "$TILERY" run -q read "$TMP/sticky/in.tif" ! \
        write "$TMP/sticky/out.tif" 2>"$TMP/stderr"
    ok "another's link in a sticky directory is an error" grep -q "out.tif.part: cannot be removed" "$TMP/stderr"
    unharmed "a sticky directory"
fi
finish
