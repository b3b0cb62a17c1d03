# scaling.gnuplot - draws what scaling.py simulated: gnuplot -c scaling.gnuplot TABLE PICTURE
# SPDX-License-Identifier: MIT
set terminal pngcairo size 1100, 900 font ",10"
set output ARG2
set datafile separator "\t"
set logscale x 2
set xlabel "nodes of 16 cores"
set grid
set key outside right
part(growth, mode, gbit) = sprintf("< awk -F'\\t' '$1 == \"%s\" && $2 == \"%s\" && $3 == %d' %s", growth, mode, gbit, ARG1)
set multiplot layout 2, 1
set title "65536 x 65536: speed-up over one rank"
set logscale y 2
set ylabel "speed-up"
plot 16 * x with lines lc "grey" title "ideal", \
     for [g in "1 10 25 100"] part("strong", "shared", g + 0) using 4:($11 * 16 * $4) with lines lw 2 title "shared, " . g . " Gb/s", \
     for [g in "1 10 25 100"] part("strong", "root", g + 0) using 4:($11 * 16 * $4) with lines dt 2 lw 2 title "root, " . g . " Gb/s", \
     part("strong", "shared", 25) using 4:($9 * 16 * $4) with points pt 7 title "shared, SimGrid, flat", \
     part("strong", "shared", 25) using 4:($10 * 16 * $4) with points pt 6 title "shared, SimGrid, node", \
     part("strong", "root", 25) using 4:($9 * 16 * $4) with points pt 5 title "root, SimGrid, flat"
unset logscale y
set title "efficiency at 25 Gb/s"
set ylabel "efficiency"
set yrange [0:1.05]
plot for [w in "strong weak"] part(w, "shared", 25) using 4:11 with linespoints lw 2 title w . ", shared", \
     for [w in "strong weak"] part(w, "root", 25) using 4:11 with linespoints dt 2 title w . ", root"
