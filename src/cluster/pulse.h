/* pulse.h - signs of life between ranks of a farm that send each other messages (cluster_above): a
 * rank that hangs, or a network that is silent, says nothing else, and Open MPI does not tell.
 * SPDX-License-Identifier: MIT */
#ifndef CLUSTER_PULSE_H
#define CLUSTER_PULSE_H

#include "internal.h"

struct pulse {
    struct cluster *cluster;
    double silence_s; /* so long without a sign, and the job is ended; 0: never */
    double beat_s;    /* when the last signs were given */
    double *heard_s;  /* of each rank, when the last sign came; 0: it is not listened for */
    MPI_Request *sending, receiving;
};

bool pulse_begin(struct pulse *p, struct cluster *c, double silence_s, struct err *e) MUST_CHECK;
void pulse_end(struct pulse *p);

/* Gives and takes signs of life; to be called now and then. Ends the job, saying which rank it is,
 * when one has been silent for too long. */
void pulse_beat(struct pulse *p);

/* The rank has said goodbye. */
void pulse_forget(struct pulse *p, int rank);

#endif
