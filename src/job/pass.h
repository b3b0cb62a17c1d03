/* pass.h - ops that must know the whole scene first: for each a pass over the scene, before the one
 * that makes the output.
 * SPDX-License-Identifier: MIT */
#ifndef JOB_PASS_H
#define JOB_PASS_H

#include "lead.h"

#include "job/job.h"

struct settled_step; /* opaque */

/* A pipeline whose ops need to know nothing more. */
struct settled {
    struct pipeline pipeline;
    struct settled_step *own; /* for each step what it points at, if it is not the user's */
    struct step *before;      /* room for the steps of a pass */
    struct job_pass *passes;  /* that were made */
    int n_passes;
    struct kept *held;           /* what this rank keeps of them; NULL: nothing */
    struct lead_outlook outlook; /* rank 0's, of the job that comes then */
    bool traces;                 /* timelines have begun */
};

/* Collective. For each op that needs it, from the first on, gathers what it must know of what the
 * ops before it make, and puts in its place the op that it then is. To be freed with settled_free,
 * also after a failure. Fails everywhere with one *e. */
bool pass_settle(struct cluster *c, const struct job_options *options, struct settled *out,
                 struct err *e) MUST_CHECK;
void settled_free(struct settled *s);

/* Forgets what ranks keep, which may have left too little memory for the job. False: there was
 * nothing. */
bool settled_forget(struct settled *s);

struct rank_state;

/* Collective. Gathers what the reducer wants of what all ops of the pipeline make; on rank 0 it is
 * then in s->lead.gathering. *s is a new one, and to be freed with rank_free, also after a
 * failure. */
bool pass_gather(struct cluster *c, struct rank_state *s, const struct lead_pass *pass,
                 struct err *e) MUST_CHECK;

#endif
