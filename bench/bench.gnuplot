# bench.gnuplot - draws the table of `make bench` as bars: gnuplot -c bench.gnuplot TABLE PICTURE
# SPDX-License-Identifier: MIT
table = ARG1
set datafile separator "\t"
n = int(system(sprintf("awk 'END { print NR - 1 }' '%s'", table)))
set terminal pngcairo size 1000, 120 + 15 * n font ",9"
set output ARG2
set title "Seconds for each job, and times the best peer's (the fastest of others)" font ",12"
set logscale x 2
set xrange [0.125:32]
set yrange [n:-1] # the first row on top
set grid xtics
set key off
set style fill solid 0.8 noborder
set ytics font ",8"
set lmargin 38
set arrow from 1, -1 to 1, n nohead lw 2 front
colour(tool) = tool eq "tilery" ? 0xcc3311 : tool eq "tilery-1" ? 0xee8866 : tool eq "cp" ? 0xaaaaaa : 0x4477aa
clipped(r) = r > 32 ? 32 : r < 0.125 ? 0.125 : r
plot table every ::1 using (0.125):0:(0.125):(clipped($6)):($0 - 0.4):($0 + 0.4):(colour(strcol(2))):ytic(strcol(1) . "  " . strcol(2)) \
         with boxxyerror lc rgb variable, \
     table every ::1 using (clipped($6) * 1.02):0:(sprintf("%.2f  (%.1f s)", $6, $3)) with labels left font ",8"
