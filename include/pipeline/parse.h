/* parse.h - the words of a command line cut into the steps of a pipeline.
 * SPDX-License-Identifier: MIT */
#ifndef PIPELINE_PARSE_H
#define PIPELINE_PARSE_H

#include "base/err.h"

/* One step, as the user wrote it: everything borrowed from the words. */
struct step {
    const char *name;
    int n_args;
    const char *const *args;
};

/* SOURCE ! OP … ! SINK: at least a source and a sink. */
struct pipeline {
    struct step *steps;
    int n_steps;
    const struct pipeline *whole; /* of which these steps are a part; NULL: they are all */
};

/* Cuts words at every "!". To be freed with pipeline_free. Fails with err_usage for empty steps and
 * pipelines without a sink. */
bool pipeline_parse(struct pipeline *out, int n_words, const char *const *words,
                    struct err *e) MUST_CHECK;
void pipeline_free(struct pipeline *p);

#endif
