# ops.gnuplot - draws the table of bench-ops as bars: gnuplot -c ops.gnuplot TABLE PICTURE
# SPDX-License-Identifier: MIT
table = ARG1
set datafile separator "\t"
n = int(system(sprintf("awk 'END { print NR - 1 }' '%s'", table)))
set terminal pngcairo size 1000, 120 + 13 * n font ",8"
set output ARG2
set title "Speed over OpenCV's, one core; the line is OpenCV" font ",12"
set logscale x 2
set xrange [0.25:32]
set yrange [n:-1] # the first row on top
set grid xtics
set key off
set style fill solid 0.8 noborder
set ytics font ",7"
set lmargin 38
set arrow from 1, -1 to 1, n nohead lw 2 front
colour(type) = type eq "uint8" ? 0x4477aa : type eq "uint16" ? 0x66ccaa : 0xcc8844
clipped(r) = r > 32 ? 32 : r < 0.25 ? 0.25 : r
plot table every ::1 using (0.25):0:(0.25):(clipped($6)):($0 - 0.4):($0 + 0.4):(colour(strcol(2))):ytic(sprintf("%s %sx%d", strcol(1), strcol(2), int($3))) \
         with boxxyerror lc rgb variable, \
     table every ::1 using (clipped($6) * 1.02):0:(sprintf("%.2f", $6)) with labels left font ",7"
