/* blob_order.h - the order in which the blobs of the output are written: tile by tile as the
 * division runs, at each place plane by plane. So the file's bytes depend on the division alone,
 * not on chunk size or ranks.
 * SPDX-License-Identifier: MIT */
#ifndef JOB_BLOB_ORDER_H
#define JOB_BLOB_ORDER_H

#include "pipeline/divide.h"
#include "raster/layout.h"

/* The place in the order of writing, from 0, of the blob with that index in the file; and back. */
int64_t blob_order(const struct layout *l, enum division_kind kind, int64_t index);
int64_t blob_at_order(const struct layout *l, enum division_kind kind, int64_t order);

#endif
