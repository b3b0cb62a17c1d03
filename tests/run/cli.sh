#!/bin/sh
# The command line: help, lists, what is said of mistakes. A wrong command touches no file.
. tests/run/lib.sh

in=$DATA/bahamas.tif
out="$TMP/out.tif"
says() { # says STATUS TEXT COMMAND...: ends with STATUS and prints TEXT
    wanted=$1
    text=$2
    shift 2
    output=$("$@" 2>&1)
    status=$?
    ok "$* says '$text'" test "$status" -eq "$wanted"
    ok "$* says '$text'" sh -c 'printf %s "$1" | grep -q -- "$2"' - "$output" "$text"
}
says 0 "Usage: tilery" "$TILERY" --help
says 0 "Usage" "$TILERY" run --help
says 0 "Usage" "$TILERY" info --help
says 0 "Usage" "$TILERY" ops --help
says 0 "Usage" "$TILERY" version --help
says 0 "^tilery [0-9]" "$TILERY" version
says 2 "Usage" "$TILERY"
says 2 "did you mean 'run'" "$TILERY" runn
says 0 "gaussian-blur" "$TILERY" ops
says 0 "--sigma-x" "$TILERY" ops gaussian-blur
says 2 "did you mean 'gaussian-blur'" "$TILERY" ops gaussian-blurr
says 0 "791 x 718" "$TILERY" info "$in"
says 0 "--ksize" "$TILERY" run read x ! blur --help ! write y
ok "ops --json is JSON" sh -c '"$1" ops --json | jq -e "length > 10" >/dev/null' - "$TILERY"
ok "ops --json tells types" sh -c '"$1" ops sobel --json | jq -e ".types[0] == {input: \"uint8\", bands: [1, 2, 3, 4], output: \"float32\"}" >/dev/null' - "$TILERY"
ok "ops --json has ops of series" sh -c '"$1" ops temporal-argmax --json | jq -e ".of_series and .types[0].output == \"int32\"" >/dev/null' - "$TILERY"
ok "ops --json tells halos" sh -c '"$1" ops gaussian-blur --json | jq -e ".halo == {left: 8, up: 8, right: 8, down: 8}" >/dev/null' - "$TILERY"
ok "ops --json tells what is required" sh -c '"$1" ops in-range --json | jq -e "all(.parameters[]; .required)" >/dev/null' - "$TILERY"
ok "ops --json has no halo for another grid" sh -c '"$1" ops resize --json | jq -e "has(\"halo\") and .halo == null" >/dev/null' - "$TILERY"
ok "ops --json tells what is of the example" sh -c '"$1" ops sobel --json | jq -e ".of_example == [\"types\", \"halo\"]" >/dev/null' - "$TILERY"
says 0 "of 3 bands, giving the same" "$TILERY" ops cvt-color
says 0 "Halo: 1 left, 1 up" "$TILERY" ops sobel
ok "info --json is JSON" sh -c '"$1" info --json "$2" | jq -e ".bands == 3" >/dev/null' - "$TILERY" "$in"

refused 2 2 "did you mean 'gaussian-blur'" read "$in" ! gausian-blur ! write "$out"
refused 2 3 "did you mean --sigma-x" read "$in" ! gaussian-blur --sigmax=2 ! write "$out"
refused 2 2 "thresh is missing" read "$in" ! threshold ! write "$out"
refused 2 2 "is no number" read "$in" ! blur --ksize=3 ! gaussian-blur --sigma-x=high ! write "$out"
refused 2 1 "is none of" read "$in" ! threshold --thresh=1 --type=blue ! write "$out"
refused 2 2 "given twice" read "$in" ! threshold --thresh=1 --thresh=2 ! write "$out"
refused 2 2 "did you mean --memory" --memry=3M read "$in" ! write "$out"
refused 2 2 "no sink" read "$in"
refused 2 2 "empty step" read "$in" ! ! write "$out"
refused 2 2 "no pipeline" --memory 300M
refused 2 2 "no source" reed "$in" ! write "$out"
refused 2 2 "no sink 'blur'" read "$in" ! blur --ksize=3
refused 2 2 "takes one scene" read ! write "$out"
refused 2 2 "ends in none of .tif .png .jpg" read "$in" ! write "$TMP/out.xyz"
refused 2 2 "COMPRESS" read "$in" ! write "$out" --co COMPRES=DEFLATE
refused 2 2 "ZLEVEL" read "$in" ! write "$out" --co COMPRESS=DEFLATE --co ZLEVEL=99
refused 2 2 "window" read "$in" --window=0,0,10000,10 ! write "$out"
refused 2 2 "band" read "$in" --bands=4 ! write "$out"
refused 1 2 "report" --report "$TMP/nodir/r.json" read "$in" ! write "$out"
refused 2 2 "report" --report "$in" read "$in" ! write "$out"
refused 2 2 "report" --report "$out" read "$in" ! write "$out"
# The op's mistake is found before the scene is: it need not even exist.
refused 2 2 "did you mean 'blur'" read "$TMP/none.tif" ! blurr --ksize=3 ! write "$out"
finish
