"""Runs a command and says what it and all its descendants took: wall, CPU, peak memory.

SPDX-License-Identifier: MIT
"""
import os
import signal
import subprocess
import threading
import time
from collections import namedtuple

Measured = namedtuple("Measured", "status wall cpu peak_mb stopped")
SAMPLE = 0.02  # seconds between two looks at the memory
SCAN = 10      # looks between two searches for new processes
PAGE = os.sysconf("SC_PAGE_SIZE")


def members(session):
    """The processes of a session: mpirun gives its ranks process groups, but no session."""
    found = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{pid}/stat") as stat:
                if int(stat.read().rpartition(")")[2].split()[3]) == session:
                    found.append(int(pid))
        except OSError:
            pass  # it has ended
    return found


def resident(pids):
    """Bytes; pages that several processes share count once for each."""
    pages = 0
    for pid in pids:
        try:
            with open(f"/proc/{pid}/statm") as statm:
                pages += int(statm.read().split()[1])
        except OSError:
            pass
    return pages * PAGE


def kill(pid, number):
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        pass  # it has ended


def end(session):
    """First its leader, which may have children to end; after two seconds the rest by force."""
    kill(session, signal.SIGTERM)
    time.sleep(2)
    for pid in members(session):
        kill(pid, signal.SIGKILL)


def run(command, env, log, limit, after=None):
    """Runs it for `limit` seconds at most, printing to `log`; `after` is called within them."""
    peak = 0
    stopped = False
    done = threading.Event()

    def watch(session, until):
        nonlocal peak, stopped
        look = 0
        while not done.wait(SAMPLE):
            if look % SCAN == 0:
                pids = members(session)
            look += 1
            peak = max(peak, resident(pids))
            if not stopped and time.monotonic() > until:
                stopped = True
                end(session)

    with open(log, "wb") as printed:
        start = time.monotonic()
        child = subprocess.Popen(command, env=env, stdin=subprocess.DEVNULL, stdout=printed, stderr=printed,
                                 start_new_session=True)
        watcher = threading.Thread(target=watch, args=(child.pid, start + limit))
        watcher.start()
        _, status, used = os.wait4(child.pid, 0)
        if after and status == 0:
            after()
        wall = time.monotonic() - start
    done.set()
    watcher.join()
    child.returncode = os.waitstatus_to_exitcode(status)
    return Measured(child.returncode, wall, used.ru_utime + used.ru_stime, peak / 1e6, stopped)
