#!/bin/sh
# scripts/supervise starts again what died, within its budget, without lost hosts, and nothing else.
. tests/run/lib.sh
supervise=scripts/supervise

# Stands in for mpirun: the n-th call ends with the n-th status of $TMP/plan, saying what $TMP/words-n holds.
cat >"$TMP/mpirun" <<'SH'
#!/bin/sh
here=$(dirname "$0")
n=$(($(cat "$here/calls" 2>/dev/null || echo 0) + 1))
echo $n >"$here/calls"
echo "$*" >>"$here/args"
previous=
for word; do
    [ "$previous" != --hostfile ] || cp "$word" "$here/hosts-$n"
    previous=$word
done
cat "$here/words-$n" >&2 2>/dev/null
status=$(sed -n "${n}p" "$here/plan")
[ "$status" != wait ] || { trap 'exit 75' USR1; sleep 20 & wait; exit 143; }
exit "$status"
SH
chmod +x "$TMP/mpirun"
plan() { # plan STATUS...: of the calls to come
    rm -f "$TMP"/calls "$TMP"/args "$TMP"/words-* "$TMP"/hosts-*
    printf '%s\n' "$@" >"$TMP/plan"
}
ends() { # ends STATUS CALLS ARG...: supervise ARG... ends so after so many calls
    wanted=$1
    calls=$2
    shift 2
    timeout 30 $supervise --delay 0 "$@" >/dev/null 2>"$TMP/stderr"
    status=$?
    [ "$status/$(cat "$TMP/calls" 2>/dev/null || echo 0)" = "$wanted/$calls" ] || {
        echo "status $status, $(cat "$TMP/calls") calls" >&2
        cat "$TMP/stderr" >&2
        false
    }
}
for status in 0 1 2 3 75; do
    plan $status 0
    ok "status $status is no accident" ends $status 1 "$TMP/mpirun" tilery run --resume
done
plan 137 139 205 134 0
ok "deaths are tried again" ends 0 5 "$TMP/mpirun" tilery run --resume
plan 137 137 137 137 137 137 137 137
printf 'tilery: the last words\n' >"$TMP/words-3"
ok "but not for ever" ends 137 3 --max-restarts 2 "$TMP/mpirun" tilery run --resume
ok "it gives up with the last error" grep -q "giving up.*the last words" "$TMP/stderr"
plan 127 0
ok "what cannot be started is not tried again" ends 127 1 "$TMP/mpirun" tilery run --resume
plan 137 137 0
ok "numbers with a sign of equality" ends 137 2 --max-restarts=1 "$TMP/mpirun" tilery run --resume
plan 0
ok "no numbers of other bases" ends 2 0 --delay 08 "$TMP/mpirun" tilery run --resume
ok "an orphan that holds its words open is not waited for" timeout 8 $supervise sh -c 'sleep 15 & exit 0' --resume
plan 137 137 137 0
ok "old restarts do not count" ends 0 4 --max-restarts 1 --within 0 "$TMP/mpirun" tilery run --resume
plan 0
ok "a command without --resume is refused" ends 2 0 "$TMP/mpirun" tilery run
ok "and no command" ends 2 0
ok "and a wrong number" ends 2 0 --max-restarts many "$TMP/mpirun" tilery run --resume

# In a Slurm job, for which scontrol is a stand-in.
cat >"$TMP/scontrol" <<'SH'
#!/bin/sh
echo "$*" >>"$(dirname "$0")/requeued"
kill -TERM $PPID # as Slurm does
SH
chmod +x "$TMP/scontrol"
requeued() { # requeued HOW-OFTEN PLAN RESTARTS ARG...: so often, as the job with so many restarts behind it
    : >"$TMP/requeued"
    # shellcheck disable=SC2086
    plan $2
    times=$1 restarts=$3
    shift 3
    PATH=$TMP:$PATH SLURM_JOB_ID=7 SLURM_RESTART_COUNT=$restarts timeout 30 $supervise --delay 0 --requeue 2 "$@" \
        "$TMP/mpirun" tilery run --resume 2>"$TMP/stderr"
    [ "$(grep -c "^requeue 7" "$TMP/requeued")" -eq "$times" ]
}
ok "a lost host requeues the job" requeued 1 205 0
ok "but not for ever" requeued 0 "205 0" 2
ok "nor what is no accident" requeued 0 1 0
ok "nor what was cancelled" requeued 0 75 0
ok "a crash is tried again in the same job" requeued 0 "139 0" 1
ok "and requeues when restarts are used up" requeued 1 "139 139" 1 --max-restarts 1

# A lost host.
printf '# three\nnode1 slots=4\nnode2 slots=4\nnode3 slots=2\n' >"$TMP/hosts"
plan 205 205 0
printf 'ORTE has lost communication with a remote daemon.\n\n  HNP daemon   : [[1,0],0] on node node1\n  Remote daemon: [[1,0],2] on node node3\n' >"$TMP/words-1"
printf 'ssh: connect to host node2 port 22: No route to host\n' >"$TMP/words-2"
ok "goes on without lost hosts" ends 0 3 "$TMP/mpirun" --hostfile "$TMP/hosts" -n 10 tilery run --resume
ok "first all" grep -q node3 "$TMP/hosts-1"
ok "then two" test "$(grep -c ^node "$TMP/hosts-2")" -eq 2
ok "then one" test "$(grep -c ^node "$TMP/hosts-3")" -eq 1
ok "no more ranks than slots" sh -c 'sed -n 3p "$1" | grep -q -- "-n 4 "' sh "$TMP/args"
ok "the hostfile itself stays as it is" test "$(grep -c ^node "$TMP/hosts")" -eq 3

# Signals are handed on, and end the trying.
plan wait 0
timeout 30 $supervise --delay 0 "$TMP/mpirun" tilery run --resume 2>/dev/null &
job=$!
sleep 1
pkill -TERM -P $job -f scripts/supervise
wait $job
ok "a signal is handed on" test $? -eq 75 -a "$(cat "$TMP/calls")" -eq 1

# The real thing: ranks killed while it runs.
"$GENERATE" "$TMP/in.tif" 5000 5000 UInt16 || exit 1
ok "whole" ranks 2 read "$TMP/in.tif" ! median-blur --ksize=5 ! write "$TMP/whole.tif" --co COMPRESS=DEFLATE
timeout 100 $supervise --delay 0 mpirun -q -n 3 "$TILERY" run -q --resume --sync-every=0.05 read "$TMP/in.tif" ! median-blur --ksize=5 ! \
    write "$TMP/out.tif" --co COMPRESS=DEFLATE 2>"$TMP/stderr" &
job=$!
kills=0
while [ $kills -lt 3 ] && kill -0 $job 2>/dev/null; do
    sleep 0.6
    pid=$(pgrep -f "$TILERY run -q --resume .*$TMP" | while read -r p; do
        [ "$(cat "/proc/$p/comm" 2>/dev/null)" != tilery ] || echo "$p"
    done | tail -n 1)
    [ -z "$pid" ] || { kill -KILL "$pid" 2>/dev/null && kills=$((kills + 1)); }
done
wait $job
ok "ends well after $kills ranks were killed" test $? -eq 0
ok "some were" test $kills -ge 1
ok "and whole" same_bytes "$TMP/whole.tif" "$TMP/out.tif"
finish
