#!/usr/bin/env python3
"""Times whole jobs, file to file, beside the peers that are installed.

How to read it: docs/performance.md. From the environment: SIDE (16384) and RUNS (3) as in
bench/jobs.txt and below, JOBS and TOOLS (names; all), THREADS (2: ranks of Tilery, threads of the
others), LIMIT (600 s for one run), SYNC (1: a run ends when its output is on the disk), PYTHON,
BUILD, BENCH_OUTPUT. A peer is a program of bench/peers called as `PEER OP IN OUT [K=V ...]`;
without arguments it prints its version and its ops, or fails where something is not installed.

SPDX-License-Identifier: MIT
"""
import os
import resource
import shutil
import statistics
import subprocess
import sys

import measure
import scenes

get = os.environ.get
OUTPUT = get("BENCH_OUTPUT") or "bench-output"
BUILD = get("BUILD") or "build"
SIDE = int(get("SIDE") or 16384)
RUNS = int(get("RUNS") or 3)
THREADS = int(get("THREADS") or 2)
LIMIT = float(get("LIMIT") or 600)
SYNC = (get("SYNC") or "0") != "0"
SLOW = 2.5  # times the fastest: peers slower than this in the first round are not run again

# Name, file in bench/peers, environment. The others' outputs are compared with the first one's.
TOOLS = [
    ("tilery", "tilery.sh", {"RANKS": str(THREADS)}),
    ("tilery-1", "tilery.sh", {"RANKS": "1"}),
    ("rasterio+cv2", "tuned.py", {}),
    ("gdal+cv2", "whole.py", {}),
    ("dask", "dask_blocks.py", {}),
    ("gdal", "gdal.sh", {}),
    ("vips", "vips.py", {}),
    ("otb", "otb.sh", {}),
    ("cp", "cp.sh", {}),
]
NOT_PEERS = {"tilery", "tilery-1", "cp"}
COLUMNS = ["job", "tool", "wall_s", "cpu_s", "peak_mb", "to_best_peer", "to_cp", "output_mb", "runs", "pixels"]


def pythons():
    """The interpreters that may have what a script needs: the path's first, the packages'."""
    return [p for p in (get("PYTHON"), "python3", "/usr/bin/python3") if p and shutil.which(p)]


class Tool:
    def __init__(self, name, file, env):
        self.name, self.file = name, file
        self.env = {**os.environ, "THREADS": str(THREADS), "BUILD": BUILD, **env}
        self.command, self.ops = None, []

    def probe(self):
        """Finds what runs it, and its ops; where nothing does, says why and is False."""
        path = f"bench/peers/{self.file}"
        runners = [["sh"]] if self.file.endswith(".sh") else [[p] for p in pythons()]
        why = ""
        for runner in runners:
            said = subprocess.run(runner + [path], env=self.env, text=True, capture_output=True)
            if said.returncode == 0 and said.stdout.count("\n") >= 2:
                version, ops = said.stdout.splitlines()[:2]
                self.command, self.ops = runner + [path], ops.split()
                print(f"bench: {self.name}: {version}")
                return True
            why = last_line(said.stderr)
        print(f"bench: {self.name} is left out: {why or 'not installed'}", file=sys.stderr)
        return False

    def does(self, op):
        return op in self.ops or self.ops == ["any"]


class Job:
    def __init__(self, words):
        self.name, self.op, self.scene, times, *self.options = words
        self.side = int(SIDE * float(times))


def last_line(text):
    return (text.strip().splitlines() or [""])[-1]


def jobs():
    wanted = (get("JOBS") or "").split()
    with open("bench/jobs.txt") as file:
        every = [Job(line.split()) for line in file if not line.startswith("#")]
    known = {job.name for job in every}
    if not known.issuperset(wanted):
        sys.exit(f"bench: no job {' '.join(set(wanted) - known)}; there are {' '.join(job.name for job in every)}")
    return [job for job in every if not wanted or job.name in wanted]


def warm(path):
    """Brings a scene into the page cache, and what was written before to the disk."""
    os.sync()
    with open(path, "rb") as file:
        while file.read(1 << 24):
            pass


def sync_file(path):
    fd = os.open(path, os.O_RDONLY)
    os.fsync(fd)
    os.close(fd)


def compare(reference, output):
    why = ""
    for python in pythons():
        said = subprocess.run([python, "bench/compare.py", reference, output], text=True, capture_output=True)
        if said.returncode == 0:
            return said.stdout.strip()
        why = last_line(said.stderr)
    return "not compared: " + why


def remove(path):
    if os.path.exists(path):
        os.remove(path)


def once(tool, job, scene, output):
    """One run of a tool: what it took, or a text that says why it failed."""
    warm(scene)
    remove(output)
    log = f"{OUTPUT}/log-{job.name}-{tool.name}.txt"
    after = (lambda: sync_file(output)) if SYNC else None
    took = measure.run(tool.command + [job.op, scene, output] + job.options, tool.env, log, LIMIT, after)
    if took.status == 0:
        os.remove(log)
        return took
    if took.stopped:
        return f"stopped after {LIMIT:.0f} s"
    with open(log, errors="replace") as file:
        return f"failed ({log}): {last_line(file.read())}"


def race(job, tools, scene):
    """All tools once, which warms caches; then those not far behind, in turn. Rows of the table."""
    output, reference = f"{OUTPUT}/out.tif", f"{OUTPUT}/out-reference.tif"
    took, notes, sizes, referee = {}, {}, {}, None
    for tool in tools:
        first = once(tool, job, scene, output)
        if isinstance(first, str):
            notes[tool.name] = first
            continue
        took[tool.name] = [first]
        sizes[tool.name] = os.path.getsize(output) / 1e6
        if tool.name == "cp" and job.name != "copy":
            notes[tool.name] = "the input's"
        elif referee is None:
            referee = tool.name
            notes[tool.name] = "compared with"
            os.replace(output, reference)
        else:
            notes[tool.name] = compare(reference, output)
    remove(reference)
    fastest = min((runs[0].wall for name, runs in took.items() if name != "cp"), default=0)
    near = [t for t in tools if t.name in took and (t.name == "tilery" or took[t.name][0].wall <= SLOW * fastest)]
    for tool in near:
        took[tool.name] = []
    for turn in range(RUNS):
        first = turn % max(len(near), 1)
        for tool in near[first:] + near[:first]:
            again = once(tool, job, scene, output)
            if not isinstance(again, str):
                took[tool.name].append(again)
    remove(output)
    return rows(job, tools, took, sizes, notes)


def rows(job, tools, took, sizes, notes):
    def median(name, field):
        return statistics.median(getattr(run, field) for run in took[name])

    wall = {name: median(name, "wall") for name, runs in took.items() if runs}
    best = min((w for name, w in wall.items() if name not in NOT_PEERS), default=None)
    table = []
    for tool in tools:
        name = tool.name
        if name not in wall:
            table.append([job.name, name, "", "", "", "", "", "", "0", notes.get(name) or "failed when run again"])
            continue
        table.append([
            job.name, name, f"{wall[name]:.2f}", f"{median(name, 'cpu'):.2f}", f"{median(name, 'peak_mb'):.0f}",
            f"{wall[name] / best:.2f}" if best else "", f"{wall[name] / wall['cp']:.2f}" if "cp" in wall else "",
            f"{sizes[name]:.1f}", str(len(took[name])), notes[name]])
    return table


def draw(table):
    picture = table[:-len(".tsv")] + ".png"
    if not shutil.which("gnuplot"):
        print("bench: no picture: gnuplot is missing (Debian: apt-get install gnuplot-nox)", file=sys.stderr)
        return None
    subprocess.run(["gnuplot", "-c", "bench/bench.gnuplot", table, picture], check=True)
    return picture


def main():
    os.chdir(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    todo = jobs()
    os.makedirs(OUTPUT, exist_ok=True)
    wanted = (get("TOOLS") or "").split()
    tools = [tool for tool in (Tool(*t) for t in TOOLS) if (not wanted or tool.name in wanted) and tool.probe()]
    # Who wants more memory than there is shall fail, not drag the host down.
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") * 3 // 4
    resource.setrlimit(resource.RLIMIT_DATA, (memory, resource.getrlimit(resource.RLIMIT_DATA)[1]))
    path = f"{OUTPUT}/bench.tsv"
    widths = [27, 13, 8, 8, 8, 13, 7, 10, 5, 0]
    print("".join(column.ljust(width) for column, width in zip(COLUMNS, widths)))
    with open(path, "w") as table:
        print(*COLUMNS, sep="\t", file=table)
        for job in todo:
            able = [tool for tool in tools if tool.does(job.op)]
            for row in race(job, able, scenes.make(job.scene, job.side, OUTPUT, BUILD)):
                print("".join(cell.ljust(width) for cell, width in zip(row, widths)), flush=True)
                print(*row, sep="\t", file=table, flush=True)
    picture = draw(path)
    print(path)
    if picture:
        print(picture)


main()
