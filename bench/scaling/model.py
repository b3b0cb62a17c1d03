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
import random
import sys

LATENCY = 10e-6    # of a message, in seconds
MESSAGE = 4e-6     # what one costs rank 0
LOOPBACK = 5e9     # bytes a second between ranks of a node
TICKS = 32         # of a chunk: between two of them a rank hears nothing


class Job:
    """Rank 0 is one server: messages first, chunks of its own in what time is left. A card, a core or the file system is free from a moment on."""

    def __init__(self, costs, nodes, cores, gbit, mode, fs, credits):
        self.shared = mode == "shared"
        self.cores, self.credits, self.fs = cores, credits, fs
        self.speed = gbit * 1e9 / 8
        self.work_s = costs["work_s"]
        self.task = 64 if self.shared else costs["task_bytes"]
        self.result = 300 if self.shared else costs["result_bytes"]
        self.load = MESSAGE if self.shared else MESSAGE + costs["load_s"]
        self.store = MESSAGE if self.shared else MESSAGE + costs["store_s"]
        self.files = costs["load_s"] + costs["store_s"] if self.shared else 0  # of a rank that reads and writes itself
        self.touched = costs["read_bytes"] + costs["written_bytes"]
        self.left = costs["chunks"]     # to be dealt
        self.waiting = [0] * (nodes * cores)  # tasks that are there
        self.works = [False] * (nodes * cores)
        self.card = [0.0] * nodes       # between a node and the file system
        self.out = self.into = self.disk = 0.0
        self.lead = 0.0                 # rank 0 has served what came until then
        self.own = None                 # seconds left of the chunk that rank 0 computes
        self.end = 0.0
        self.queue, self.order = [], 0
        self.random = random.Random(1)

    def push(self, at, what, rank):
        self.order += 1
        heapq.heappush(self.queue, (at, self.order, what, rank))

    def compute_own(self, until):
        """Rank 0 has nothing to serve until then."""
        while self.lead < until:
            if self.own is None:
                if self.left == 0:
                    break
                self.left -= 1
                self.own = self.chunk_s() + self.load + self.store
            step = min(self.own, until - self.lead)
            self.lead += step
            self.own -= step
            if self.own <= 1e-12:
                self.own = None
                self.end = max(self.end, self.lead)
        self.lead = max(self.lead, until) if until < float("inf") else self.lead

    def serve(self, at, cost):
        """Between two ticks of its own chunk rank 0 hears nothing."""
        busy = self.own is not None
        self.compute_own(at + (self.work_s / TICKS / 2 if busy else 0))
        self.lead += cost

    def chunk_s(self):
        return (self.work_s + self.files) * self.random.uniform(0.8, 1.2)

    def carry(self, at, rank, size, out):
        """When a message between rank 0 and a rank has arrived."""
        if rank // self.cores == 0:
            return at + MESSAGE + size / LOOPBACK
        if out:
            self.out = max(self.out, at) + size / self.speed
            return self.out + LATENCY
        self.into = max(self.into, at) + size / self.speed
        return self.into + LATENCY

    def read_files(self, at, rank):
        """When a rank has its bytes from the file system, which it reads ahead."""
        node = rank // self.cores
        self.disk = max(self.disk, at) + self.touched / self.fs
        self.card[node] = max(self.card[node], at) + self.touched / self.speed
        return max(self.disk, self.card[node])

    def start(self, at, rank):
        if self.works[rank] or self.waiting[rank] == 0:
            return
        self.works[rank] = True
        self.waiting[rank] -= 1
        self.push(at + self.chunk_s(), "result", rank)

    def run(self):
        for _ in range(self.credits):
            for rank in range(1, len(self.works)):
                self.push(0.0, "deal", rank)
        while self.queue:
            at, _, what, rank = heapq.heappop(self.queue)
            if what == "deal" and self.left > 0:
                self.left -= 1
                self.serve(at, self.load)
                self.push(self.carry(self.lead, rank, self.task, True) + self.work_s / TICKS / 2, "task", rank)
            elif what == "task":
                self.push(self.read_files(at, rank) if self.shared else at, "ready", rank)
            elif what == "ready":
                self.waiting[rank] += 1
                self.start(at, rank)
            elif what == "result":
                self.push(self.carry(at, rank, self.result, False), "store", rank)
                self.works[rank] = False
                self.start(at, rank)
            elif what == "store":
                self.serve(at, self.store)
                self.end = max(self.end, self.lead)
                self.push(self.lead, "deal", rank)
        self.compute_own(float("inf"))
        return self.end


def simulate(costs, nodes, cores, gbit, mode, fs=100e9, credits=3):
    """Seconds from the first chunk dealt to the last one stored."""
    return Job(costs, nodes, cores, gbit, mode, fs, credits).run()


def efficiency(costs, nodes, cores, seconds):
    """Beside one rank, which does all itself."""
    return costs["chunks"] * (costs["work_s"] + costs["load_s"] + costs["store_s"]) / (nodes * cores * seconds)


def main():
    if len(sys.argv) < 6:
        sys.exit(__doc__)
    with open(sys.argv[1]) as file:
        costs = json.load(file)
    nodes, cores, gbit, mode = int(sys.argv[2]), int(sys.argv[3]), float(sys.argv[4]), sys.argv[5]
    more = [float(word) for word in sys.argv[6:8]]
    seconds = simulate(costs, nodes, cores, gbit, mode, (more[0] if more else 100) * 1e9, int(more[1]) if len(more) > 1 else 3)
    print(f"{seconds:.3f} s, efficiency {efficiency(costs, nodes, cores, seconds):.3f}")


if __name__ == "__main__":
    main()
