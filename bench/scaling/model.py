#!/usr/bin/env python3
"""A discrete-event model of a job over nodes: rank 0's time, its network card, the file system.

It is for sizes at which SimGrid takes hours (bench/scaling/farm_sim.c), and for what SimGrid has not: the file system.

    model.py COSTS.json NODES CORES GBIT root|shared [FS_GB_S] [CREDITS]

COSTS.json is what scaling.py measured, per chunk: task_bytes, result_bytes, work_s, load_s, store_s, read_bytes,
written_bytes, chunks. Prints seconds and efficiency.

SPDX-License-Identifier: MIT
"""
import heapq
import json
import sys

LATENCY = 10e-6    # of a message, in seconds
MESSAGE = 4e-6     # what one costs rank 0
LOOPBACK = 5e9     # bytes a second between ranks of a node
ANSWER = 100e-6    # of a rank between two ticks: it sees a message that much later


def simulate(costs, nodes, cores, gbit, mode, fs=20e9, credits=3):
    """Seconds from the first chunk dealt to the last one stored."""
    shared = mode == "shared"
    ranks = nodes * cores
    speed = gbit * 1e9 / 8
    task = 64 if shared else costs["task_bytes"]
    result = 300 if shared else costs["result_bytes"]
    load = MESSAGE if shared else MESSAGE + costs["load_s"]
    store = MESSAGE if shared else MESSAGE + costs["store_s"]
    touched = costs["read_bytes"] + costs["written_bytes"]
    chunks = costs["chunks"]
    # Moments from which on each is free.
    lead = card_out = card_in = disk = 0.0
    core = [0.0] * ranks
    queue, order = [], 0

    def push(at, what, rank):
        nonlocal order
        order += 1
        heapq.heappush(queue, (at, order, what, rank))

    def carry(at, rank, size, out):
        """When a message between rank 0 and a rank has arrived."""
        nonlocal card_out, card_in
        if rank // cores == 0:
            return at + MESSAGE + size / LOOPBACK
        if out:
            card_out = max(card_out, at) + size / speed
            return card_out + LATENCY
        card_in = max(card_in, at) + size / speed
        return card_in + LATENCY

    dealt = stored = 0
    end = 0.0
    for _ in range(credits):
        for rank in range(1, ranks):
            push(0.0, "deal", rank)
    own_until = 0.0  # rank 0 computes when it has nothing to serve; its ticks serve within ANSWER
    while stored < chunks:
        if queue:
            at, _, what, rank = heapq.heappop(queue)
        else:
            at, what, rank = max(lead, own_until), "own", 0
        # Between two events rank 0 computes chunks of its own, in what time is left to it.
        if ranks == 1 or (what == "deal" and at > own_until and lead < at and dealt < chunks):
            dealt += 1
            stored += 1
            spent = load + store + costs["work_s"]
            own_until = max(own_until, lead) + spent
            end = max(end, own_until)
            if ranks == 1:
                continue
        if what == "deal":
            if dealt >= chunks:
                continue
            dealt += 1
            lead = max(lead, at) + load
            push(carry(lead, rank, task, True) + ANSWER / 2, "task", rank)
        elif what == "task":
            begin = max(core[rank], at)
            if shared:
                disk = max(disk, begin) + touched / fs
                begin = max(begin + touched / min(fs, speed), disk)
            core[rank] = begin + costs["work_s"] * (0.8 + 0.4 * ((rank * 7919 + dealt * 104729) % 1000) / 1000)
            push(core[rank], "result", rank)
        elif what == "result":
            push(carry(at, rank, result, False), "store", rank)
        elif what == "store":
            lead = max(lead, at) + store
            stored += 1
            end = max(end, lead)
            push(lead, "deal", rank)
    return end


def efficiency(costs, nodes, cores, seconds):
    return costs["chunks"] * costs["work_s"] / (nodes * cores * seconds)


def main():
    if len(sys.argv) < 6:
        sys.exit(__doc__)
    with open(sys.argv[1]) as file:
        costs = json.load(file)
    nodes, cores, gbit, mode = int(sys.argv[2]), int(sys.argv[3]), float(sys.argv[4]), sys.argv[5]
    more = [float(word) for word in sys.argv[6:8]]
    seconds = simulate(costs, nodes, cores, gbit, mode, (more[0] if more else 20) * 1e9, int(more[1]) if len(more) > 1 else 3)
    print(f"{seconds:.3f} s, efficiency {efficiency(costs, nodes, cores, seconds):.3f}")


if __name__ == "__main__":
    main()
