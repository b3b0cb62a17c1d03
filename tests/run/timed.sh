#!/bin/sh
# timed.sh FAILURES SECONDS COMMAND...: runs a test, prints what it said in one piece, and how long it took;
# one that fails adds a line to the file FAILURES.
set -u
failures=$1
limit=$(($2 * ${SLOWER:-1}))
shift 2
said=$(mktemp "${TMPDIR:-/tmp}/tilery-said.XXXXXX")
trap 'rm -f "$said"' EXIT
start=$(date +%s)
timeout -k 10 "$limit" "$@" >"$said" 2>&1
status=$?
if [ $status -ne 0 ]; then
    echo "FAILED (status $status): $*" >>"$said"
    echo "$*" >>"$failures"
fi
echo "    $(($(date +%s) - start)) s: $*" >>"$said"
cat "$said"
