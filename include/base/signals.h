/* signals.h - being asked to stop.
 * SPDX-License-Identifier: MIT */
#ifndef BASE_SIGNALS_H
#define BASE_SIGNALS_H

#include "base/err.h"

/* From now on the first SIGTERM, SIGINT or SIGUSR1 is only remembered. Another one, half a
 * second or more later, ends the process as it always would: what asks twice is not one signal
 * that came by two ways, as from a batch system and from mpirun. */
void signals_watch(void);

/* The signal that came; 0: none has. */
int signals_caught(void);

/* One that came to another rank counts like one's own. */
void signals_hear(int signal);

/* The same as a failure, err_stopped: false when one has come. */
bool signals_none(struct err *e) MUST_CHECK;

/* "SIGTERM" and so on. */
const char *signals_name(int signal);

#endif
