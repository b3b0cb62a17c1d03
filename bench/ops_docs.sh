#!/bin/sh
# Puts the table of the last `make bench-ops` into docs/performance.md, between its two marks.
set -eu
cd "$(dirname "$0")/.."
table=${1:-${BENCH_OUTPUT:-bench-output}/ops.tsv}
page=docs/performance.md
[ -s "$table" ] || { echo "bench-ops: $table is not there: run make bench-ops first" >&2; exit 1; }
cpu=$(sed -n 's/^model name[^:]*: *//p' /proc/cpuinfo | head -1)
section=$(mktemp "${TMPDIR:-/tmp}/tilery-bench.XXXXXX")
trap 'rm -f "$section" "$section.page"' EXIT
LC_ALL=C awk -F '\t' -v cpu="${cpu:-unknown processor}" -v day="$(date +%Y-%m-%d)" '
    NR == 1 { next }
    {
        column = $2 " × " $3
        if (!($1 in known)) { known[$1] = 1; op[++n_ops] = $1 }
        if (!(column in columns)) { columns[column] = 1; order[++n_columns] = column }
        memory = $7 ~ /memory/
        cell[$1, column] = sprintf("%.2f (%.0f)%s", $6, $4, memory ? " m" : "")
        sum += log($6); n++
        if ($1 ~ /^chain/) { chains += log($6); n_chains++ }
        least = $1 ~ /^chain/ ? 2 : memory ? 0.95 : 1
        if ($6 < least) misses = misses sprintf("- %s, %s: %.2f\n", $1, column, $6)
    }
    END {
        printf "%s, %s. Geometric mean of %d ratios: **%.2f**", cpu, day, n, exp(sum / n)
        if (n_chains) printf "; of the %d of fused chains: **%.2f**", n_chains, exp(chains / n_chains)
        printf ".\n\n| op |"
        for (c = 1; c <= n_columns; c++) printf " %s |", order[c]
        printf "\n|---|"
        for (c = 1; c <= n_columns; c++) printf "---|"
        printf "\n"
        for (i = 1; i <= n_ops; i++) {
            printf "| %s |", op[i]
            for (c = 1; c <= n_columns; c++) printf " %s |", cell[op[i], order[c]]
            printf "\n"
        }
        printf "\nBelow what is wanted (1; 0.95 at memory speed; 2 for chains): %s\n", misses == "" ? "none." : "\n\n" misses
    }' "$table" >"$section"
awk -v section="$section" '
    /^<!-- bench-ops: end/ { inside = 0 }
    !inside { print }
    /^<!-- bench-ops: begin/ { inside = 1; while ((getline line < section) > 0) print line }
' "$page" >"$section.page"
cat "$section.page" >"$page"
echo "$page"
