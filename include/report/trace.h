/* trace.h - the timelines of all ranks as a file for Chrome's and Perfetto's viewers.
 * SPDX-License-Identifier: MIT */
#ifndef REPORT_TRACE_H
#define REPORT_TRACE_H

#include "base/memory.h"

/* Whether the file can be written one day. */
bool trace_check(const char *path, struct err *e) MUST_CHECK;

/* Appends this rank's timeline (base/timeline.h), for trace_write. */
bool trace_pack(struct buffer *out, const char *host, struct err *e) MUST_CHECK;

/* Writes the file from what each rank packed: a process for each host, a thread for each rank,
 * times in microseconds. Fails naming it. */
bool trace_write(const char *path, const struct buffer *ranks, int n_ranks,
                 struct err *e) MUST_CHECK;

#endif
