# bench-nodes.gnuplot - draws what scripts/bench-nodes found: gnuplot -c bench-nodes.gnuplot FOLDER png|svg
# SPDX-License-Identifier: MIT
table = ARG1 . "/nodes.tsv"
shares = ARG1 . "/nodes-shares.tsv"
set datafile separator "\t"
if (ARG2 eq "svg") { set terminal svg size 1200, 420 font "sans,11" } else { set terminal pngcairo size 1200, 420 font ",10" }
set output ARG1 . "/nodes." . ARG2
stats table using 2 every ::1 nooutput
first = STATS_min
stats table using 1 every ::1 nooutput
low = STATS_min
high = STATS_max
set multiplot layout 1, 3
set grid
set key top left
set xlabel "nodes"
set xrange [0:high + 0.5]
set xtics 1
set title "Speed-up"
set yrange [0:high / low + 0.5]
plot x / low title "ideal" lc rgb "#aaaaaa" dt 2, table every ::1 using 1:6 title "runs" pt 7 lc rgb "#cc3311"
set title "Efficiency"
set yrange [0:1.2]
plot 1 title "ideal" lc rgb "#aaaaaa" dt 2, table every ::1 using 1:7 title "runs" pt 7 lc rgb "#cc3311"
set title "Where the ranks' time went (%)"
set yrange [0:100]
set style data histograms
set style histogram rowstacked
set style fill solid 0.85 noborder
set boxwidth 0.6
set xrange [-0.5:*]
set key outside right
plot for [i = 2:9] shares using i:xtic(1) title columnheader(i)
unset multiplot
