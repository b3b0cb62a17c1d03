/* lead_parts.h - the parts of lead_open, each in a file of its own.
 * SPDX-License-Identifier: MIT */
#ifndef JOB_LEAD_PARTS_H
#define JOB_LEAD_PARTS_H

#include "lead.h"

/* Makes the plans, and chooses nodata value, tiles, overviews and chunks. Touches no output. */
bool lead_choose(struct lead *l, struct err *e) MUST_CHECK;

/* Creates the output. */
bool lead_create(struct lead *l, struct err *e) MUST_CHECK;

/* Appends what the ranks must know. */
bool lead_pack(struct lead *l, struct buffer *ticket, struct err *e) MUST_CHECK;

#endif
