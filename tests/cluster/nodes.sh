#!/bin/sh
# Several nodes: same bytes over 1, 2 and 4 of them, also where rank 0's alone has the scene; a node that dies or
# falls silent ends the job, and another run completes it.
# shellcheck disable=SC2086 # pipelines are meant to be split
. tests/cluster/lib.sh

scripts/test-cluster up 4 || exit 1
mkdir "$TMP/data" "$TMP/out"
in=$TMP/data/in.tif
"$GENERATE" "$in" 5000 4000 UInt16 COMPRESS=DEFLATE TILED=YES BLOCKXSIZE=512 BLOCKYSIZE=512 || exit 1
ops="gaussian-blur --sigma-x=2 ! threshold --thresh=127"
ok "one rank" nodes 1 1 read "$in" ! $ops ! write "$TMP/good.tif" --co COMPRESS=DEFLATE
hosts() { # of a report's ranks
    jq '[.ranks[].host] | unique | length' "$TMP/report.json"
}
for io in root shared; do
    for n in 1 2 4; do
        ok "$n nodes, $io" nodes $n $((2 * n)) --io=$io --report "$TMP/report.json" read "$in" ! $ops ! write "$TMP/out/out.tif" --co COMPRESS=DEFLATE
        ok "$n nodes, $io: same bytes" same_bytes "$TMP/good.tif" "$TMP/out/out.tif"
        ok "$n nodes, $io: all took part" test "$(hosts)" -eq $n
        rm -f "$TMP/out/out.tif"
    done
done

for n in 2 4; do
    ok "$n nodes, by way of a rank of each" nodes $n $((3 * n)) --io=root --fan-out=node --report "$TMP/report.json" read "$in" ! $ops ! \
        write "$TMP/out/out.tif" --co COMPRESS=DEFLATE
    ok "$n nodes, by way of a rank of each: same bytes" same_bytes "$TMP/good.tif" "$TMP/out/out.tif"
    ok "$n nodes, by way of a rank of each: one a node" test "$(jq '[.ranks[] | select(.moved.relayed_bytes > 0).host] | unique | length' "$TMP/report.json")" \
        -eq $((n - 1))
    rm -f "$TMP/out/out.tif"
done

# 32 photos: every node takes part.
gdal_translate -q -of JPEG "$DATA/bahamas.tif" "$TMP/data/photo.jpg" || exit 1
for n in 1 2 4; do
    head -n $n "$TILERY_CLUSTER/hostfile" >"$TMP/hostfile-$n"
    ok "32 photos, $n nodes" env TILERY="$TILERY" MPIRUN="scripts/test-cluster run -q --oversubscribe --hostfile $TMP/hostfile-$n --map-by node -n $((2 * n))" \
        timeout -k 5 "$LIMIT" scripts/photos "$TMP/data/photo.jpg" "$TMP/out/photos"
    rm -rf "$TMP/out/photos"
done

# The scene is on the first node alone.
for n in 2 3 4; do scripts/test-cluster hide node$n "$TMP/data"; done
ok "a scene that one node has" nodes 4 8 --report "$TMP/report.json" read "$in" ! $ops ! write "$TMP/out/out.tif" --co COMPRESS=DEFLATE
ok "a scene that one node has: same bytes" same_bytes "$TMP/good.tif" "$TMP/out/out.tif"
ok "a scene that one node has: rank 0 reads" test "$(jq -r .plan.io "$TMP/report.json")" = root
rm -f "$TMP/out/out.tif"
nodes 4 8 --io=shared read "$in" ! $ops ! write "$TMP/out/out.tif" 2>"$TMP/stderr"
ok "shared is refused, and a host named" grep -q "on node[234].*data/in.tif" "$TMP/stderr"
ok "shared is refused, with what helps" grep -q -- "--io=root" "$TMP/stderr"
ok "shared is refused, and leaves nothing" test -z "$(ls "$TMP/out")"

# A slow job, of which something is done when things happen to a node.
slow="gaussian-blur --sigma-x=30 ! median-blur --ksize=5 ! gaussian-blur --sigma-x=20"
cp "$in" "$TMP/out/in.tif"
ok "the slow job" nodes 4 8 read "$TMP/out/in.tif" ! $slow ! write "$TMP/slow.tif" --co COMPRESS=DEFLATE
begin() { # begin OPTION...: it runs, and its journal has begun
    rm -f "$TMP"/out/out.tif*
    LIMIT=100 nodes 4 8 --sync-every=0.2 "$@" read "$TMP/out/in.tif" ! $slow ! write "$TMP/out/out.tif" --co COMPRESS=DEFLATE 2>"$TMP/stderr" &
    job=$!
    until_ok 30 test -s "$TMP/out/out.tif.part.journal"
}
ends_within() { # ends_within SECONDS
    start=$(date +%s)
    wait $job
    status=$?
    seconds=$(($(date +%s) - start))
    [ $seconds -le "$1" ] && [ $status -ne 0 ] && [ ! -e "$TMP/out/out.tif" ]
}
ok "a job has begun" begin
scripts/test-cluster kill node3
ok "a node that dies ends the job within 10 s" ends_within 10
awk '$1 != "node3"' "$TILERY_CLUSTER/hostfile" >"$TMP/left"
ok "resume on the nodes that are left" scripts/test-cluster run -q --oversubscribe --hostfile "$TMP/left" -n 6 "$TILERY" run -q --resume \
    read "$TMP/out/in.tif" ! $slow ! write "$TMP/out/out.tif" --co COMPRESS=DEFLATE
ok "resume on the nodes that are left: same bytes" same_bytes "$TMP/slow.tif" "$TMP/out/out.tif"
scripts/test-cluster boot node3

ok "a job has begun" begin --silence=4
scripts/test-cluster link node2 down
ok "a node that is silent ends the job within 15 s" ends_within 15
scripts/test-cluster link node2 up
ok "resume when it is back" nodes 4 8 --resume read "$TMP/out/in.tif" ! $slow ! write "$TMP/out/out.tif" --co COMPRESS=DEFLATE
ok "resume when it is back: same bytes" same_bytes "$TMP/slow.tif" "$TMP/out/out.tif"

# The supervisor does all that by itself. Its copy of the hostfile is to be seen on a node.
rm -f "$TMP"/out/out.tif*
TMPDIR=$TMP timeout 100 scripts/supervise scripts/test-cluster run -q --oversubscribe --hostfile "$TILERY_CLUSTER/hostfile" -n 8 "$TILERY" run -q --resume \
    --sync-every=0.2 read "$TMP/out/in.tif" ! $slow ! write "$TMP/out/out.tif" --co COMPRESS=DEFLATE 2>"$TMP/stderr" &
job=$!
until_ok 30 test -s "$TMP/out/out.tif.part.journal"
scripts/test-cluster kill node4
ok "supervised, a lost node" wait $job
ok "supervised, a lost node: used no more" grep -q "node4 is lost" "$TMP/stderr"
ok "supervised, a lost node: same bytes" same_bytes "$TMP/slow.tif" "$TMP/out/out.tif"
ok "no rank is left on any node" nobody_left
scripts/test-cluster boot node4

# What nodes give is measured over the same.
mkdir "$TMP/hostfiles"
for n in 1 2 4; do head -n $n "$TILERY_CLUSTER/hostfile" >"$TMP/hostfiles/nodes-$n"; done
ok "bench-nodes" scripts/bench-nodes --runs 1 --hostfiles "$TMP/hostfiles" --output "$TMP/bench" --mpirun "scripts/test-cluster run -q --oversubscribe" \
    --tilery "$TILERY" "$TMP/out/in.tif" gaussian-blur --sigma-x=2 >"$TMP/stdout"
ok "bench-nodes: a line a run" test "$(wc -l <"$TMP/bench/nodes.tsv")" -eq 4

scripts/test-cluster down
ok "nothing is left of the cluster" nothing_left
finish
