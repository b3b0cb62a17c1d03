/* op_steps.h - the ops of a pipeline as every rank is told them: without the ends, with
 * `convert-to` for --ot, and with numbers in place of the files that hold them, which workers may
 * not see.
 * SPDX-License-Identifier: MIT */
#ifndef JOB_OP_STEPS_H
#define JOB_OP_STEPS_H

#include "base/owned.h"
#include "pipeline/parse.h"

struct op_steps {
    struct step *list;
    int n;
    char type_arg[32]; /* of convert-to */
    const char *type_args[1];
    struct owned owned; /* what arguments point at */
};

/* type: the output's (enum pixel_type), PX_SAME for what the ops make. The pipeline is borrowed; *s
 * may not be moved. To be freed with op_steps_free, also after a failure. */
bool op_steps_new(struct op_steps *s, const struct pipeline *p, int type, struct err *e) MUST_CHECK;
void op_steps_free(struct op_steps *s);

#endif
