#!/bin/sh
# Puts the table of the last `make bench` into docs/performance.md, between its two marks.
# SPDX-License-Identifier: MIT
set -eu
cd "$(dirname "$0")/.."
table=${1:-${BENCH_OUTPUT:-bench-output}/bench.tsv}
page=docs/performance.md
[ -s "$table" ] || { echo "bench: $table is not there: run make bench first" >&2; exit 1; }
cpu=$(sed -n 's/^model name[^:]*: *//p' /proc/cpuinfo | head -n 1)
section=$(mktemp "${TMPDIR:-/tmp}/tilery-bench.XXXXXX")
trap 'rm -f "$section" "$section.page"' EXIT
LC_ALL=C awk -F '\t' -v cpu="${cpu:-unknown processor}" -v cores="$(nproc)" -v day="$(date +%Y-%m-%d)" '
    NR == 1 { next }
    {
        if (!($1 in known)) { known[$1] = 1; job[++n_jobs] = $1 }
        if (!($2 in tools)) { tools[$2] = 1; order[++n_tools] = $2 }
        cell[$1, $2] = $3 == "" ? "failed" : $3 " (" $4 ", " $5 ")"
        if ($2 == "tilery") { to_best[$1] = $6; to_cp[$1] = $7 }
        if ($10 ~ /differ|is |not compared|failed|stopped/) notes = notes "- " $1 ", " $2 ": " $10 "\n"
        if ($2 == "tilery" && $6 > 0.8) misses = misses (misses == "" ? "" : ", ") $1 " (" $6 ")"
    }
    END {
        printf "%s, %d cores, %s.\n\n| job | to best peer | to cp |", cpu, cores, day
        for (t = 1; t <= n_tools; t++) printf " %s |", order[t]
        printf "\n|---|---|---|"
        for (t = 1; t <= n_tools; t++) printf "---|"
        printf "\n"
        for (j = 1; j <= n_jobs; j++) {
            printf "| %s | %s | %s |", job[j], to_best[job[j]], to_cp[job[j]]
            for (t = 1; t <= n_tools; t++) printf " %s |", cell[job[j], order[t]]
            printf "\n"
        }
        printf "\nTilery above 0.8 of the best peer: %s.\n", misses == "" ? "none" : misses
        if (notes != "") printf "\nOutputs that are not equal to the first tool'\''s, and failures:\n\n%s", notes
        printf "\n"
    }' "$table" >"$section"
awk -v section="$section" '
    /^<!-- bench: end/ { inside = 0 }
    !inside { print }
    /^<!-- bench: begin/ { inside = 1; while ((getline line < section) > 0) print line }
' "$page" >"$section.page"
cat "$section.page" >"$page"
echo "$page"
