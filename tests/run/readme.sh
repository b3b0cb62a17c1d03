#!/bin/sh
# The commands that README shows are run, so that they cannot rot: those after "    mpirun".
. tests/run/lib.sh

mkdir -p "$TMP/readme"
ln -s "$TILERY" "$TMP/readme/tilery"
cp "$DATA/bahamas.tif" "$TMP/readme/scene.tif"
cp "$DATA/bahamas.tif" "$TMP/readme/earlier.tif"
mkdir "$TMP/readme/frames" "$TMP/readme/thumbs"
for k in 1 2 3; do
    gdal_translate -q -of JPEG -b 1 -b 2 -b 3 "$DATA/bahamas.tif" "$TMP/readme/frames/$k.jpg" || exit 1
done
printf '%s\n' scene.tif earlier.tif frames/1.jpg >"$TMP/readme/list.txt"
cd "$TMP/readme" || exit 1
readme=$OLDPWD/README.md
sed -n 's/^    \(mpirun .*\)/\1/p; s/^    \(\.\/tilery .*\)/\1/p' "$readme" | grep -v -- --hostfile >"$TMP/commands"
ok "README shows commands" test "$(wc -l <"$TMP/commands")" -ge 4
while read -r command; do
    rm -f ./*out*.tif
    ok "$command" sh -c "timeout 60 $command >/dev/null 2>$TMP/stderr </dev/null"
done <"$TMP/commands"
cd "$OLDPWD" || exit 1
finish
