/* farm_worker.h - a worker's side of the farm.
 * SPDX-License-Identifier: MIT */
#ifndef CLUSTER_FARM_WORKER_H
#define CLUSTER_FARM_WORKER_H

#include "cluster/farm.h"

/* Collective with rank 0's part of farm_run. */
bool farm_worker_run(struct cluster *c, const struct farm_work *work, struct farm_limits limits,
                     struct farm_times *times, struct err *e) MUST_CHECK;

#endif
