#!/bin/sh
# Batch jobs on a real Slurm: they complete, go on after a lost node, a requeue and the time limit, and leave nothing
# behind when they are cancelled.
# shellcheck disable=SC2086 # pipelines are meant to be split
. tests/cluster/lib.sh

scripts/test-slurm up 4 || exit 1
SUPERVISE=$PWD/scripts/supervise
export SUPERVISE TILERY OMPI_MCA_btl_tcp_if_include=10.77.9.0/24 OMPI_MCA_oob_tcp_if_include=10.77.9.0/24 OMPI_MCA_rmaps_base_oversubscribe=1 \
    OMPI_MCA_hwloc_base_binding_policy=none
mkdir "$TMP/out"
in=$TMP/in.tif
out=$TMP/out/out.tif
"$GENERATE" "$in" 5000 4000 UInt16 COMPRESS=DEFLATE TILED=YES BLOCKXSIZE=512 BLOCKYSIZE=512 || exit 1
slow="gaussian-blur --sigma-x=30 ! median-blur --ksize=5 ! gaussian-blur --sigma-x=20"
ok "the job on one rank" ranks 1 read "$in" ! $slow ! write "$TMP/good.tif"

submit() { # submit SCRIPT OPTION... -- ARG...: sets $job
    script=$1
    shift
    options=
    while [ "$1" != -- ]; do
        options="$options $1"
        shift
    done
    shift
    # shellcheck disable=SC2086
    job=$(scripts/test-slurm run sbatch --parsable --output="$TMP/log" $options "scripts/slurm/$script" "$@")
}
ends() { # ends STATE [SECONDS]
    state=$(scripts/test-slurm wait "$job" "${2:-90}")
    [ "$state" = "$1" ] || {
        echo "state $state" >&2
        cat "$TMP/log" >&2
        false
    }
}
begun() { # the job's journal is there
    until_ok 60 test -s "$out.part.journal"
}
restarted() {
    [ "$(scripts/test-slurm run scontrol show job "$job" | sed -n 's/.*Restarts=\([0-9]*\).*/\1/p')" -ge 1 ]
}
fresh() {
    rm -f "$TMP"/out/* "$TMP/log"
}
submit tilery.sbatch --nodes=4 --ntasks-per-node=2 -- read "$in" ! $slow ! write "$out"
ok "four nodes" ends COMPLETED
ok "four nodes: same bytes as one rank" same_bytes "$TMP/good.tif" "$out"

fresh
ln "$in" "$TMP/a.tif" && ln "$in" "$TMP/b.tif"
printf '%s\n' "$in" "$TMP/a.tif" "$TMP/b.tif" >"$TMP/list"
submit tilery-array.sbatch --array=1-3 --ntasks-per-node=2 -- "$TMP/list" "$TMP/out" $slow
ok "an array" ends COMPLETED
for name in in a b; do
    ok "an array: $name is right" same_pixels "$TMP/good.tif" "$TMP/out/$name.tif"
done

fresh
submit tilery.sbatch --nodes=2 --ntasks-per-node=2 -- --sync-every=0.2 read "$in" ! $slow ! write "$out"
ok "a job has begun" begun
scripts/test-slurm run scontrol requeue "$job"
ok "requeued" ends COMPLETED
ok "requeued: it was restarted" restarted
ok "requeued: same bytes" same_bytes "$TMP/good.tif" "$out"

fresh
submit tilery.sbatch --nodes=2 --ntasks-per-node=2 -- --sync-every=0.2 read "$in" ! $slow ! write "$out"
ok "a job has begun" begun
lost=$(scripts/test-slurm run squeue -h -j "$job" -o %N | sed 's/.*[^0-9]\([0-9]\)]*$/node\1/') # the last one, not the script's
scripts/test-cluster kill "$lost"
ok "a lost node" ends COMPLETED 150
ok "a lost node: it was restarted" restarted
ok "a lost node: same bytes" same_bytes "$TMP/good.tif" "$out"
scripts/test-cluster boot "$lost" && scripts/test-slurm start-daemon "$lost"

# Slurm counts minutes, and warns a while before it is asked to: the job takes longer than what is left.
fresh
"$GENERATE" "$TMP/long.tif" 10000 18000 UInt16 COMPRESS=DEFLATE TILED=YES BLOCKXSIZE=512 BLOCKYSIZE=512 || exit 1
longer="gaussian-blur --sigma-x=60 ! median-blur --ksize=5 ! gaussian-blur --sigma-x=60 ! gaussian-blur --sigma-x=60"
submit tilery.sbatch --nodes=2 --ntasks-per-node=1 --time=1 --signal=B:USR1@40 -- --sync-every=0.2 read "$TMP/long.tif" ! $longer ! write "$out"
ok "the time limit" ends COMPLETED 240
ok "the time limit: it was restarted" restarted
ok "the time limit: status 75" grep -q "status 75: the job goes back into the queue" "$TMP/log"
ok "the time limit: the output is whole" test -s "$out"

fresh
submit tilery.sbatch --nodes=4 --ntasks-per-node=2 -- --sync-every=0.2 read "$in" ! $slow ! write "$out"
ok "a job has begun" begun
scripts/test-slurm run scancel "$job"
ok "cancelled" ends CANCELLED
ok "cancelled: no rank is left" until_ok 10 nobody_left
ok "cancelled: there is no output" test ! -e "$out"

scripts/test-slurm down
ok "nothing is left of the cluster" nothing_left
finish
