#!/usr/bin/env python3
"""How far a job scales, beyond this machine: measured costs of chunks, then simulated clusters.

    scaling.py measure SCENE        # runs gaussian+threshold, deflate both ways, on 1 and 2 ranks: costs.json
    scaling.py simulate             # the farm itself under SimGrid, and a model where that takes too long

Output goes to BENCH_OUTPUT (bench-output): costs.json, scaling.tsv, scaling.png. Needs Debian's libsimgrid-dev and
gnuplot-nox. How to read it: docs/scaling.md.

SPDX-License-Identifier: MIT
"""
import json
import os
import shutil
import subprocess
import sys
import tempfile

import model

OUTPUT = os.environ.get("BENCH_OUTPUT") or "bench-output"
BUILD = os.environ.get("BUILD") or "build"
ROUNDS = 5          # of measuring: the one of median speed-up is taken
SIDE = 65536        # of the simulated scene
CREDITS = 3
BLOCKS = 32         # ticks in a chunk
SMPI_RANKS = 128    # above, where SimGrid takes hours, the model alone
CHUNKS_PER_RANK = 8 # at least, and at most so many tiles in a chunk
CHUNK_TILES = 16
WEAK_TILES = 256    # a rank, however many there are
CORES = 16
SPEEDS = [1, 10, 25, 100]
NODES = [1, 2, 4, 8, 16, 32, 64, 128, 256]


def job(scene, ranks, io, chunk):
    """The report of one run."""
    report, out = f"{OUTPUT}/scaling.json", f"{OUTPUT}/scaling.tif"
    env = {**os.environ, "OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1"}
    subprocess.run(["mpirun", "-q", "--oversubscribe", "--bind-to", "none", "-n", str(ranks), f"{BUILD}/tilery", "run", "-q",
                    f"--io={io}", f"--chunk={chunk}", "--report", report, "read", scene, "!", "gaussian-blur", "--sigma-x=2", "!",
                    "threshold", "--thresh=127", "!", "write", out, "--overwrite", "--co", "COMPRESS=DEFLATE"], check=True, env=env)
    with open(report) as file:
        return json.load(file)


def seconds(report, *names):
    return sum(rank["seconds"][name] for rank in report["ranks"] for name in names)


def measure(scene):
    """Costs of a chunk of one tile: medians would hide what each rank pays, sums do not."""
    chunk = 512
    rounds = [(job(scene, 1, "root", chunk), job(scene, 2, "root", chunk), job(scene, 2, "shared", chunk)) for _ in range(ROUNDS)]
    one, two, shared = sorted(rounds, key=lambda r: r[0]["totals"]["wall_seconds"] / r[1]["totals"]["wall_seconds"])[ROUNDS // 2]
    n = one["plan"]["chunks"]
    work = seconds(two, "decoding", "assembling", "encoding") + sum(sum(r["ops"].values()) for r in two["ranks"])
    pixels = one["scene"]["width"] * one["scene"]["height"]
    costs = {
        "chunks": round(n * SIDE * SIDE / pixels),
        "work_s": work / n,
        "load_s": seconds(two, "reading", "feeding") / n,
        "store_s": seconds(two, "collecting", "writing") / n,
        "task_bytes": one["totals"]["read_bytes"] / n,
        "result_bytes": one["totals"]["written_bytes"] / n,
        "read_bytes": one["totals"]["read_bytes"] / n,
        "written_bytes": one["totals"]["written_bytes"] / n,
        "measured_chunks": n,
        "measured_1_s": one["totals"]["wall_seconds"],
        "measured_2_s": two["totals"]["wall_seconds"],
        "measured_2_shared_s": shared["totals"]["wall_seconds"],
    }
    with open(f"{OUTPUT}/costs.json", "w") as file:
        json.dump(costs, file, indent=1)
    print(json.dumps(costs, indent=1))


def build(folder):
    program = f"{folder}/farm_sim"
    base = [f"src/base/{name}.c" for name in ("clock", "crc", "err", "memory", "pack", "signals", "text", "timeline")]
    cluster = [f"src/cluster/{name}" for name in sorted(os.listdir("src/cluster")) if name.endswith(".c")]
    subprocess.run(["smpicc", "-O2", "-std=gnu17", "-Iinclude", "-Isrc/cluster", "-o", program, "bench/scaling/farm_sim.c",
                    *cluster, *base, "-ldeflate", "-lm"], check=True)
    return program


def smpi(program, costs, nodes, cores, speed, mode, fan_out, ranks=None):
    """Simulated seconds of the real farm; None if SimGrid fails or takes more than 10 minutes."""
    shared = mode == "shared"
    work = costs["work_s"] + (costs["load_s"] + costs["store_s"] if shared else 0)
    with tempfile.NamedTemporaryFile("w", suffix=".hosts") as hosts:
        hosts.writelines(f"node{i}:{cores}\n" for i in range(nodes))
        hosts.flush()
        options = ["simulate-computation:no", "host-speed:1Gf", "privatization:dlopen", "display-timing:no", "iprobe:2e-6",
                   "test:1e-6", "grow-injected-times:no", "async-small-thresh:1024", "send-is-detached-thresh:1024"]
        try:
            said = subprocess.run(
                ["smpirun", "-np", str(ranks or nodes * cores), "-platform", os.path.abspath(f"bench/platforms/nodes-{cores}-cores-{speed}-gbit.xml"),
                 "-hostfile", hosts.name, *(f"--cfg=smpi/{o}" for o in options), "--cfg=contexts/stack-size:512",
                 "--log=root.thres:warning", os.path.abspath(program), str(costs["chunks"]),
                 str(64 if shared else round(costs["task_bytes"])), str(300 if shared else round(costs["result_bytes"])), str(work),
                 str(5e-6 if shared else costs["load_s"]), str(5e-6 if shared else costs["store_s"]), str(CREDITS), fan_out,
                 str(BLOCKS)], capture_output=True, text=True, timeout=600, cwd=tempfile.gettempdir())
        except subprocess.TimeoutExpired:
            return None
    try:
        return float(said.stdout.split()[-1])
    except (IndexError, ValueError):
        print(said.stderr[-300:], file=sys.stderr)
        return None


def one_rank(costs):
    """What a single rank takes, which does all itself."""
    return costs["chunks"] * (costs["work_s"] + costs["load_s"] + costs["store_s"])


def check(program, costs):
    """What was measured on 1 and 2 ranks beside what is simulated for them."""
    n = costs["measured_chunks"]
    both = {**costs, "chunks": n}
    for mode, measured in ("root", costs["measured_2_s"]), ("shared", costs["measured_2_shared_s"]):
        simulated, modelled = smpi(program, both, 1, CORES, 25, mode, "flat", 2), model.simulate(both, 1, 2, 25, mode)
        print(f"{mode}: speed-up on 2 ranks: measured {costs['measured_1_s'] / measured:.2f}, SimGrid {one_rank(both) / simulated:.2f}, "
              f"model {one_rank(both) / modelled:.2f}")


def in_chunks(costs, ranks, tiles):
    """The costs of chunks of several tiles, as the job would choose them (src/job/sizing.c)."""
    each = 1
    while each < CHUNK_TILES and tiles // (2 * each) >= CHUNKS_PER_RANK * ranks:
        each *= 2
    return {**{k: v * each if k.endswith(("_s", "_bytes")) else v for k, v in costs.items()}, "chunks": tiles // each}


def rows():
    """Growth, mode, Gb/s and nodes of all that is simulated."""
    for mode in "root", "shared":
        for speed in SPEEDS:
            for nodes in NODES:
                yield "strong", mode, speed, nodes
    for mode in "root", "shared":
        for nodes in NODES:
            yield "weak", mode, 25, nodes


def simulate():
    with open(f"{OUTPUT}/costs.json") as file:
        costs = json.load(file)
    with tempfile.TemporaryDirectory() as folder, open(f"{OUTPUT}/scaling.tsv", "w") as table:
        program = build(folder)
        check(program, costs)
        names = ["growth", "mode", "gbit", "nodes", "chunks", "smpi_flat_s", "smpi_node_s", "model_s", "smpi_flat_eff", "smpi_node_eff", "model_eff"]
        print(*names, sep="\t", file=table)
        for growth, mode, speed, nodes in rows():
            ranks = nodes * CORES
            now = in_chunks(costs, ranks, costs["chunks"] if growth == "strong" else WEAK_TILES * ranks)
            real = ranks <= SMPI_RANKS and growth == "strong" and speed == 25
            took = [smpi(program, now, nodes, CORES, speed, mode, f) if real else None for f in ("flat", "node")]
            took.append(model.simulate(now, nodes, CORES, speed, mode, credits=CREDITS))
            row = [f"{t:.4f}" if t else "" for t in took] + [f"{one_rank(now) / (ranks * t):.3f}" if t else "" for t in took]
            for to in table, sys.stdout:
                print(growth, mode, speed, nodes, now["chunks"], *row, sep="\t", file=to, flush=True)
    if shutil.which("gnuplot"):
        subprocess.run(["gnuplot", "-c", "bench/scaling/scaling.gnuplot", f"{OUTPUT}/scaling.tsv", f"{OUTPUT}/scaling.png"], check=True)


def main():
    os.chdir(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))
    os.makedirs(OUTPUT, exist_ok=True)
    if sys.argv[1:2] == ["measure"] and len(sys.argv) == 3:
        measure(sys.argv[2])
    elif sys.argv[1:] == ["simulate"]:
        simulate()
    else:
        sys.exit(__doc__)


main()
