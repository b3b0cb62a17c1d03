/* clock.h - seconds that only go forward.
 * SPDX-License-Identifier: MIT */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

/* Seconds since some fixed moment. */
double clock_s(void);

/* CPU seconds (user and system) this process has used. */
double clock_cpu_s(void);

#endif
