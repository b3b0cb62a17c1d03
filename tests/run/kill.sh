#!/bin/sh
# Killing any one rank ends the job within 10 s, with a status and no output.
. tests/run/lib.sh

no_ranks_left() {
    ! pgrep -f "run -q .*read $TMP/in.tif" >/dev/null
}
"$GENERATE" "$TMP/in.tif" 6000 6000 UInt16 || exit 1

signal_rank() { # signal_rank RANK SIGNAL OPTION...: what the job ended with, and after how many seconds
    victim=$1 signal=$2
    shift 2
    rm -f "$TMP"/out.tif*
    mpirun -q -n 3 "$TILERY" run -q "$@" read "$TMP/in.tif" ! gaussian-blur --sigma-x=40 ! median-blur --ksize=5 ! \
        write "$TMP/out.tif" --co COMPRESS=DEFLATE --co ZLEVEL=9 >/dev/null 2>"$TMP/stderr" &
    job=$!
    tries=0
    while [ ! -e "$TMP/out.tif.part" ] && [ $tries -lt 100 ]; do
        sleep 0.1
        tries=$((tries + 1))
    done
    sleep "${SLOWER:-0.5}" # the farm is at work; a rank that is silent before that is not noticed (docs/faults.md)
    # The ranks are mpirun's children; their order of birth is the order of ranks.
    pid=$(pgrep -P $job -f "$TILERY" | sort -n | sed -n "$((victim + 1))p")
    ok "rank $victim runs" test -n "$pid"
    start=$(date +%s)
    kill -"$signal" "$pid"
    wait $job
    status=$?
    seconds=$(($(date +%s) - start))
    sleep 0.2
}

for victim in 0 1 2; do
    signal_rank $victim KILL
    ok "the job ends with a status when rank $victim dies" test $status -ne 0
    ok "the job ends within 10 s when rank $victim dies" test $seconds -le 10
    ok "no output appears when rank $victim dies" test ! -e "$TMP/out.tif"
    ok "no rank is left when rank $victim dies" no_ranks_left
done
# A rank that hangs, or is behind a network that is silent, says nothing at all.
for victim in 0 1 2; do
    signal_rank $victim STOP --silence=2
    ok "the job ends with status 76 when rank $victim is silent, not $status" test $status -eq 76
    ok "the job ends within 10 s when rank $victim is silent" test $seconds -le 10
    ok "rank $victim is named" grep -q "rank $victim.* has given no sign of life" "$TMP/stderr"
    ok "no rank is left when rank $victim is silent" no_ranks_left
done
# While rank 0 verifies the others wait: a signal to one of them is heard all the same.
"$GENERATE" "$TMP/large.tif" 5000 5000 UInt16 || exit 1
for rank in 1 2 0; do
    rm -f "$TMP"/verified.tif*
    mpirun -q -n 3 "$TILERY" run -q --resume --sync-every=0 --verify=100 read "$TMP/large.tif" ! gaussian-blur --sigma-x=60 ! median-blur --ksize=5 ! \
        write "$TMP/verified.tif" 2>"$TMP/stderr" &
    job=$!
    sleep 1.6
    for p in $(pgrep -f "run -q --resume --sync-every=0 --verify=100 read $TMP"); do
        [ "$(cat "/proc/$p/comm" 2>/dev/null)" != tilery ] || ! tr '\0' '\n' <"/proc/$p/environ" | grep -q "^OMPI_COMM_WORLD_RANK=$rank\$" || kill -USR1 "$p"
    done
    wait $job
    ok "a signal to rank $rank, late: status 75" test $? -eq 75
done
finish
