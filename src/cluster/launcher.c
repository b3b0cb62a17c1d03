/* launcher.c - the end of a job whose launcher does not end it: mpirun waits for the daemon of a host
 * that is silent, as long as TCP tries to reach it, which is a quarter of an hour.
 *
 * Some seconds after the job should have ended, a process of our own ends this rank's launcher, and
 * with it the ranks. A pidfd is that process and no other one, whatever its number has become.
 * SPDX-License-Identifier: MIT */
#include "internal.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#if defined SYS_pidfd_open && defined SYS_pidfd_send_signal && defined SYS_close_range

/* Open MPI's: another one (a batch system's) minds its jobs itself. */
static bool is_launcher(int pid)
{
    static const char *const names[] = {"mpirun", "orterun", "orted", "prterun", "prted"};
    char path[32], name[32] = "";

    snprintf(path, sizeof path, "/proc/%d/comm", pid);
    FILE *f = fopen(path, "r");
    if (!f)
        return false;
    if (!fgets(name, sizeof name, f))
        name[0] = '\0';
    fclose(f);
    name[strcspn(name, "\n")] = '\0';
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (strcmp(name, names[i]) == 0)
            return true;
    return false;
}

void launcher_end_soon(void)
{
    enum { GRACE_MS = 4000 };
    const int launcher = getppid();
    const int fd = is_launcher(launcher) ? (int)syscall(SYS_pidfd_open, launcher, 0) : -1;

    if (fd < 0 || fork() != 0)
        return;
    /* Not to be ended with the rank, nor to hold anything of it open. */
    setsid();
    if (dup2(fd, 0) == 0 && syscall(SYS_close_range, 1u, ~0u, 0u) == 0) {
        struct pollfd ended = {.fd = 0, .events = POLLIN};
        if (poll(&ended, 1, GRACE_MS) == 0)
            syscall(SYS_pidfd_send_signal, 0, SIGKILL, NULL, 0);
    }
    _exit(0);
}

#else

void launcher_end_soon(void)
{
}

#endif
