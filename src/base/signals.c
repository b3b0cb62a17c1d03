/* signals.c - being asked to stop.
 * SPDX-License-Identifier: MIT */
#include "base/signals.h"

#include "base/clock.h"

#include <signal.h>
#include <stddef.h>

static volatile sig_atomic_t caught;
static volatile double caught_s;

static void take(int number)
{
    const double same_s = 0.5;

    if (!caught) {
        caught_s = clock_s();
        caught = number;
    } else if (clock_s() - caught_s > same_s) {
        signal(number, SIG_DFL);
        raise(number);
    }
}

void signals_watch(void)
{
    const struct sigaction action = {.sa_handler = take, .sa_flags = SA_RESTART};

    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGUSR1, &action, NULL);
}

int signals_caught(void)
{
    return caught;
}

void signals_hear(int signal)
{
    if (!caught)
        caught = signal;
}

bool signals_none(struct err *e)
{
    return !caught || err_stopped(e, "stopped by %s", signals_name(caught));
}

const char *signals_name(int number)
{
    switch (number) {
    case SIGTERM:
        return "SIGTERM";
    case SIGINT:
        return "SIGINT";
    case SIGUSR1:
        return "SIGUSR1";
    default:
        return "a signal";
    }
}
