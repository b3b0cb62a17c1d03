# ops.jq - docs/ops.md out of `tilery ops --json`, or with --arg what pictures the list of its pictures.
# SPDX-License-Identifier: MIT

# The kind of scene that the op's picture is made of: the first it takes.
def kind:
    .name as $name | .types as $types
    | first((["uint8", 3], ["uint8", 1], ["uint8", 4], ["float32", 3], ["float32", 1]) as [$type, $bands]
        | select(any($types[]; .input == $type and any(.bands[]; . == $bands)))
        | select($name != "pow" or $type != "uint8") # squares of uint8 are all white
        | {type: $type, bands: $bands})
        // error("\($name) takes no kind of scene that pictures are made of");

# What makes a float32 scene of the one pictured: from just above 0 to 4.
def floats: "convert-to --type=float32 --alpha=0.015625 --beta=0.015625";

def words: [.name, .example] | map(select(. != "")) | join(" ");

# As a shell takes it.
def quoted: split(" ") | map(if test("[;{}|&*?]") then "'\(.)'" else . end) | join(" ");

# Long values, such as a table of 256 numbers, are cut.
def shortened: gsub("(?<start>=[^ ]{40})[^ ]{20,}"; "\(.start)…");

# The steps before the op that make its kind of scene.
def before_it:
    [if .bands == 1 then "cvt-color --code=rgb2gray" else empty end,
     if .type == "float32" then floats else empty end] | map("! \(.) ") | join("");

def code: "`\(.)`";
def cell: gsub("\\|"; "\\|");

def numbers: if length < 2 then map(tostring) | join("") else "\(.[:-1] | map(tostring) | join(", ")) or \(.[-1])" end;

# "uint8, uint16 → float32 (3 bands)": types that are treated alike share a line.
def pixels:
    . as $all
    | map(. as $t | .stays = (.input == .output and ([$all[] | select(.output == $t.output)] | length) == 1))
    | group_by([.stays, (if .stays then "" else .output end), .bands])
    | map("\(map(.input | code) | join(", ")) → \(if .[0].stays then "the same" else .[0].output | code end)"
        + if .[0].bands == [1, 2, 3, 4] then "" else " (scenes of \(.[0].bands | numbers) band\(if .[0].bands == [1] then "" else "s" end))" end)
    | join("; ");

def halo:
    if . == null then "as the new grid asks for"
    elif [.[]] | unique | length == 1 then (if .left == 0 then "none" else "\(.left) on every side" end)
    else "\(.left) left, \(.up) up, \(.right) right, \(.down) down" end;

def parameter:
    "| `--\(.name)` | "
    + (if .choices then (.choices | map(code) | join(" ")) else .kind end | cell)
    + " | " + (if .required then "required" elif .default then (.default | code) else "" end)
    + " | \(.help | cell)"
    + (if has("min") then " (\(.min) to \(.max))" else "" end) + " |";

def parameters:
    if length == 0 then "No parameters."
    else "| parameter | value | default | meaning |\n|---|---|---|---|\n" + (map(parameter) | join("\n")) end;

def before: if .bands == 1 then "gray" else "colour" end;

def pictures:
    kind as $kind
    | (if .example | test("--with=") then
        "| before | the other scene | after |\n|---|---|---|\n| ![](ops/before-\($kind | before).png) | ![](ops/other-\($kind | before).png) |"
       else "| before | after |\n|---|---|\n| ![](ops/before-\($kind | before).png) |" end)
    + " ![](ops/\(.name).png) |";

def example:
    if .of_series then "    tilery run stack 'dates/*.tif' ! \(.name) ! write out.tif\n\n"
    else "    tilery run read scene.tif \(kind | before_it)! \(words | quoted | shortened) ! write out.tif\n\n" + pictures + "\n\n" end;

def section:
    "## \(.name)\n\n\(.summary[:1] | ascii_upcase)\(.summary[1:]).\(if .of_series then " Pixel by pixel, of the scenes of `stack`." else "" end)\n\n"
    + example + (.parameters | parameters) + "\n\n"
    + "- **Pixels:** \(.types | pixels)\n- **Halo:** \(.halo | halo)\n"
    + "- **Nodata:** \(.nodata)\n- **Source:** \(.source)\n";

if $what == "floats" then
    floats
elif $what == "pictures" then
    .[] | select(.of_series | not) | kind as $kind | [.name, $kind.type, $kind.bands, words] | @tsv
else
    "# Ops\n\nMade by `make docs` of what `tilery ops --json` says; not to be edited. Each op stands with a typical use: "
    + "the picture, the pixels and the halo (the pixels around one that it is made of) are of that use. Ops work on each band by itself unless they say otherwise. "
    + "The pictures show 120 × 90 pixels of `tests/data/bahamas.tif`, results that are not uint8 stretched from their lowest to their highest value; "
    + "the other scene is the first one blurred, and of the same type. The picture of merge shows its bands 1, 5 and 6, which are one of the first scene and two of the other. "
    + "The ops named temporal-… stand behind `stack SCENE...` and make one image of a series; they have no picture.\n\n"
    + (map("[\(.name)](#\(.name))") | join(" · ")) + "\n\n"
    + (map(section) | join("\n"))
end
