/* op_steps.c - the ops of a pipeline as every rank is told them.
 * SPDX-License-Identifier: MIT */
#include "op_steps.h"

#include "base/memory.h"
#include "ops/op.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Workers may not see files that arguments name: their numbers take their place. */
static bool inline_files(struct op_steps *s, struct step *step, struct err *e)
{
    const struct op *op = op_find(step->name);
    const char **args = NULL;
    int n = 0;

    for (int i = 0; op && i < step->n_args; i++) {
        char *arg;
        if (!params_inline(op->params, step->n_args, step->args, i, &arg, e))
            return false;
        if (arg && !owned_add(&s->owned, arg, e))
            return false;
        if (arg && !args) {
            args = memory_new((size_t)step->n_args, sizeof *args, e);
            if (!owned_add(&s->owned, args, e))
                return false;
            memcpy(args, step->args, (size_t)i * sizeof *args);
        }
        if (args)
            args[n] = arg ? arg : step->args[i];
        i += arg && !strchr(step->args[i], '='); /* the value stood alone */
        n++;
    }
    if (args)
        *step = (struct step){step->name, n, args};
    return true;
}

bool op_steps_new(struct op_steps *s, const struct pipeline *p, int type, struct err *e)
{
    *s = (struct op_steps){.list = memory_new((size_t)p->n_steps, sizeof *s->list, e)};
    if (!s->list)
        return false;
    for (int i = 1; i < p->n_steps - 1; i++) {
        s->list[s->n] = p->steps[i];
        if (!inline_files(s, &s->list[s->n++], e))
            return false;
    }
    if (type != PX_SAME) {
        snprintf(s->type_arg, sizeof s->type_arg, "--type=%s", pixel_name((enum pixel_type)type));
        s->type_args[0] = s->type_arg;
        s->list[s->n++] = (struct step){"convert-to", 1, s->type_args};
    }
    return true;
}

void op_steps_free(struct op_steps *s)
{
    owned_free(&s->owned);
    free(s->list);
    *s = (struct op_steps){0};
}
