#!/bin/sh
# docs/ops.md says what the program says of its ops, and its pictures are there.
. tests/run/lib.sh

sh scripts/docs.sh text >"$TMP/ops.md"
ok "docs/ops.md is stale: run make docs" diff docs/ops.md "$TMP/ops.md"
export LC_ALL=C
sed 's/!\[/\n&/g' "$TMP/ops.md" | sed -n 's/^!\[\](\(ops\/[^)]*\)).*/\1/p' | sort -u >"$TMP/pictures"
ok "docs/ops.md has pictures" test -s "$TMP/pictures"
while read -r picture; do
    ok "docs/$picture is there" test -s "docs/$picture"
done <"$TMP/pictures"
(cd docs && ls ops/*.png) >"$TMP/there"
ok "no picture is left over: run make docs" diff "$TMP/pictures" "$TMP/there"
finish
