/* stats_many.h - what is told of the statistics of many scenes, when all are done.
 * SPDX-License-Identifier: MIT */
#ifndef JOB_STATS_MANY_H
#define JOB_STATS_MANY_H

#include "many.h"

/* On rank 0; of other sinks than `stats` they do nothing. Before any pixel moves: whether the files
 * of --json can be written. Either all scenes share one, or, where its name holds {stem} and the
 * like, each has its own. */
bool stats_many_check(const struct many *m, struct err *e) MUST_CHECK;

/* Writes these files, and prints how many scenes are of which size and type. */
bool stats_many_tell(const struct many *m, struct err *e) MUST_CHECK;

#endif
