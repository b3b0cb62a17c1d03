# scaling.gnuplot - draws what scaling.py simulated: gnuplot -c scaling.gnuplot TABLE PICTURE
# SPDX-License-Identifier: MIT
set terminal pngcairo size 1000, 500 font ",10"
set output ARG2
set datafile separator "\t"
set logscale x 2
set xlabel "nodes of 16 cores"
set ylabel "efficiency"
set yrange [0:1.05]
set grid
set key outside right
part(mode, gbit, column) = sprintf("< awk -F'\t' '$1 == \"%s\" && $2 == %d && $%d != \"\"' %s", mode, gbit, column, ARG1)
plot part("shared", 25, 7) using 3:7 with linespoints lw 2 title "shared, 25 Gb/s", \
     part("shared", 25, 9) using 3:9 with lines dt 2 title "shared, model", \
     for [g in "1 10 25 100"] part("root", g + 0, 7) using 3:7 with linespoints title "root, " . g . " Gb/s", \
     for [g in "1 10 25 100"] part("root", g + 0, 9) using 3:9 with lines dt 2 title "root, " . g . " Gb/s, model"
