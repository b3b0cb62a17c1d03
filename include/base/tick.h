/* tick.h - a call that long work makes now and then, so that messages move meanwhile.
 * SPDX-License-Identifier: MIT */
#ifndef BASE_TICK_H
#define BASE_TICK_H

#include <stdbool.h>

/* call returns false when the work is no longer wanted; it may take a while, but not sleep. */
struct tick {
    bool (*call)(void *ctx);
    void *ctx;
};

#endif
