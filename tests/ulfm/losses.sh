#!/bin/sh
# Ranks die, and the others finish the job: RUNS=3 SEED=1 SIDE=6000. Where MPI can (Open MPI 5); run by scripts/test-ulfm.
. tests/run/lib.sh
export PRTE_ALLOW_RUN_AS_ROOT=1 PRTE_ALLOW_RUN_AS_ROOT_CONFIRM=1
runs=${RUNS:-3}
seed=${SEED:-1}
in=$TMP/in.tif
out=$TMP/out.tif
"$GENERATE" "$in" "${SIDE:-6000}" "${SIDE:-6000}" Byte || exit 1

random() { # random N: a number below N, of a sequence that SEED begins
    seed=$(((seed * 1103515245 + 12345) % 2147483648))
    echo $((seed / 65536 % $1))
}

job() { # job N KIND ARG...
    n=$1
    kind=$2
    shift 2
    case $kind in
    plain) set -- "$@" read "$in" ! bilateral-filter --d=31 --sigma-color=30 --sigma-space=9 ! write "$out" ;;
    deflate) set -- "$@" read "$in" ! bilateral-filter --d=31 --sigma-color=30 --sigma-space=9 ! write "$out" --co COMPRESS=DEFLATE ;;
    cog) set -- "$@" read "$in" ! bilateral-filter --d=31 --sigma-color=30 --sigma-space=9 ! write "$out" --of=COG --co COMPRESS=LZW ;;
    esac
    timeout -k 5 "$LIMIT" mpirun --with-ft ulfm --mca btl self,sm --oversubscribe --bind-to none -n "$n" "$TILERY" run --progress=none --sync-every=0.1 --report="$TMP/report.json" "$@" >"$TMP/said" 2>&1
}

now_ms() {
    echo $(($(date +%s%N) / 1000000))
}

# The ranks that are there, by their first numbers, each with its process id: children of a rank are not among them.
rank_list() {
    for p in $(pgrep -f "run --progress=none .*$out"); do
        [ "$(cat "/proc/$p/comm" 2>/dev/null)" = tilery ] || continue
        r=$(tr '\0' '\n' <"/proc/$p/environ" 2>/dev/null | sed -n 's/^PMIX_RANK=//p')
        [ "$(cat "/proc/$(ps -o ppid= -p "$p" | tr -d ' ')/comm" 2>/dev/null)" = tilery ] || echo "$r $p"
    done | sort -n
}
rank_pids() {
    rank_list | cut -d' ' -f2
}

# A job of which ranks die at random moments. lose KIND N "RANK..." ARG...
lose() {
    kind=$1
    n=$2
    victims=$3
    shift 3
    rm -f "$out"* "$TMP/report.json"
    job "$n" "$kind" "$@" &
    running=$!
    struck=0
    sleep 0.4 # MPI begins
    for rank in $victims; do
        ms=$(random "$took")
        sleep "$(printf '%d.%03d' $((ms / 1000)) $((ms % 1000)))"
        pid=$(rank_list | sed -n "s/^$rank //p")
        [ -n "$pid" ] && kill -KILL "$pid" 2>/dev/null && struck=$((struck + 1))
    done
    wait $running
    status=$?
    [ $status -eq 0 ] || sed 's/^/    /' "$TMP/said" >&2
    ok "$kind, $n ranks, $* : without $struck of them the job is done" test $status -eq 0
    ok "$kind, $n ranks, $*: the output is the same" same_bytes "$TMP/$kind.tif" "$out"
    lost=$(jq '.lost | length' "$TMP/report.json")
    ok "$kind, $n ranks, $*: the report names whom it lost ($lost of $struck)" test "$lost" -le "$struck" -a "$(jq '.ranks | length' "$TMP/report.json")" -ge $((n - struck))
    ok "$kind, $n ranks, $*: nothing else is left" test "$(find "$TMP" -name 'out.tif?*')" = ""
    ok "$kind, $n ranks, $*: nobody is left" test -z "$(rank_pids)"
    ok "$kind, $n ranks, $*: of those that were struck" test "$(jq --arg struck "$victims" '.lost | map(.rank | tostring) - ($struck | split(" ")) | length' "$TMP/report.json")" = 0
    total=$((total + ${lost:-0}))
}

for kind in plain deflate cog; do
    start=$(now_ms)
    job 2 $kind
    ok "$kind: whole" test $? -eq 0
    took=$(($(now_ms) - start))
    ok "$kind: nobody was lost" test "$(jq '.lost | length' "$TMP/report.json")" = 0
    mv "$out" "$TMP/$kind.tif"
    echo "$kind: $took ms"
done

total=0
i=0
while [ $i -lt "$runs" ]; do
    for kind in plain deflate cog; do
        for io in root shared; do
            lose "$kind" 3 "$((1 + $(random 2)))" --io=$io
        done
        lose "$kind" 4 "1 2"
        lose "$kind" 2 1 --isolate
    done
    i=$((i + 1))
done
ok "some were lost in the midst of it ($total)" test "$total" -ge "$((2 * runs))"

# Rank 0 is the one that cannot be missed.
rm -f "$out"*
job 3 deflate --io=shared &
running=$!
sleep 1
rank_pids | head -1 | xargs -r kill -KILL
start=$(now_ms)
wait $running
status=$?
took=$(($(now_ms) - start))
ok "without rank 0 the job ends ($status)" test $status -ne 0
ok "within 10 s ($took ms)" test $took -lt 10000
ok "nobody is left" test -z "$(rank_pids)"
job 3 deflate --io=shared --resume
ok "and goes on with --resume" same_bytes "$TMP/deflate.tif" "$out"
echo "losses.sh: $total ranks were lost in the midst of a job"
finish
