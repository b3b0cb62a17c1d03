/* parse.c - the words of a command line cut into the steps of a pipeline.
 * SPDX-License-Identifier: MIT */
#include "pipeline/parse.h"

#include "base/memory.h"

#include <stdlib.h>
#include <string.h>

static bool is_separator(const char *word)
{
    return strcmp(word, "!") == 0;
}

bool pipeline_parse(struct pipeline *out, int n_words, const char *const *words, struct err *e)
{
    int n_steps = 1, step = 0;

    for (int i = 0; i < n_words; i++)
        n_steps += is_separator(words[i]);
    struct step *steps = memory_new((size_t)n_steps, sizeof *steps, e);
    if (!steps)
        return false;
    for (int i = 0; i <= n_words; i++) {
        if (i < n_words && !is_separator(words[i])) {
            if (!steps[step].name)
                steps[step] = (struct step){.name = words[i], .args = words + i + 1};
            else
                steps[step].n_args++;
            continue;
        }
        if (!steps[step].name) {
            free(steps);
            return err_usage(e,
                             "the pipeline has an empty step (number %d); it is written "
                             "SOURCE ! OP … ! SINK",
                             step + 1);
        }
        step++;
    }
    if (n_steps < 2) {
        err_usage(e, "the pipeline `%s …` has no sink; end it with `! write OUT.tif`",
                  steps[0].name);
        free(steps);
        return false;
    }
    *out = (struct pipeline){.steps = steps, .n_steps = n_steps};
    return true;
}

void pipeline_free(struct pipeline *p)
{
    free(p->steps);
    *p = (struct pipeline){0};
}
