#!/bin/sh
# Writes the platforms of the simulations: clusters of 256 nodes, by cores of a node and speed of the network.
# Bandwidths are divided by 64, as are the messages of bench/scaling/farm_sim.c, which need real memory.
# SPDX-License-Identifier: MIT
set -eu
cd "$(dirname "$0")"
for cores in 16 64; do
    for gbit in 1 10 25 100; do
        latency=$([ $gbit -ge 25 ] && echo 2us || echo 20us)
        cat >nodes-$cores-cores-$gbit-gbit.xml <<END
<?xml version='1.0'?>
<!DOCTYPE platform SYSTEM "https://simgrid.org/simgrid.dtd">
<!-- $cores cores a node, $gbit Gb/s, scaled by 1/64; written by make.sh -->
<platform version="4.1">
  <cluster id="cluster" prefix="node" suffix="" radical="0-255" speed="1Gf" core="$cores"
           bw="$((gbit * 1000000000 / 8 / 64))Bps" lat="$latency" loopback_bw="$((8000000000 / 64))Bps" loopback_lat="1us"/>
</platform>
END
    done
done
