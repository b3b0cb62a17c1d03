# lib.sh - what the tests over several nodes share. Sourced; needs BUILD, and root.
# shellcheck shell=sh disable=SC2034
[ "$(id -u)" -eq 0 ] || {
    echo "$(basename "$0"): needs root, to make nodes" >&2
    exit 1
}
# Nodes have a /tmp of their own: what all see is below the tree.
TMPDIR=$PWD/${BUILD:-build}/cluster
mkdir -p "$TMPDIR"
. tests/run/lib.sh
unset TMPDIR
unset OMPI_MCA_hwloc_base_binding_policy OMPI_MCA_rmaps_base_oversubscribe
# A network that is silent is noticed by mpirun's daemons, which do not ask each other unless they are told to.
export OMPI_MCA_oob_tcp_keepalive_time=3 OMPI_MCA_oob_tcp_keepalive_intvl=1 OMPI_MCA_oob_tcp_keepalive_probes=3
TILERY_CLUSTER=$TMP/state
export TILERY_CLUSTER
trap 'scripts/test-cluster down; rm -rf "$TMP"; rmdir "$PWD/${BUILD:-build}/cluster" 2>/dev/null' EXIT

# nodes N RANKS ARG...: tilery run ARG... on so many ranks over the first N nodes
nodes() {
    head -n "$1" "$TILERY_CLUSTER/hostfile" >"$TMP/hostfile-$1"
    hostfile=$TMP/hostfile-$1
    ranks=$2
    shift 2
    timeout -k 5 "$LIMIT" scripts/test-cluster run -q --oversubscribe --hostfile "$hostfile" --map-by node -n "$ranks" "$TILERY" run -q "$@"
}

nobody_left() { # of all nodes' ranks
    ! pgrep -f "$TILERY run" >/dev/null
}

nothing_left() { # of the cluster
    ! pgrep -f "$TILERY_CLUSTER" >/dev/null && [ ! -e "$TILERY_CLUSTER" ]
}

# until SECONDS COMMAND...: until it succeeds
until_ok() {
    tries=$(($1 * 10))
    shift
    until "$@" >/dev/null 2>&1; do
        tries=$((tries - 1))
        [ $tries -gt 0 ] || return 1
        sleep 0.1
    done
}
