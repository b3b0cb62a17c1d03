/* op_facts.c - what an op does with scenes, found by planning its example.
 * SPDX-License-Identifier: MIT */
#include "op_facts.h"

#include "base/memory.h"
#include "pipeline/plan.h"

#include <stdlib.h>
#include <string.h>

enum {
    SIDE = 4096, /* of the scenes planned for: no halo of an example leaves them */
    ARGS_MOST = 32,
};

/* Cuts the text at its blanks. */
static int cut(char *text, const char **words, int most)
{
    char *at = NULL;
    int n = 0;

    for (char *word = strtok_r(text, " ", &at); word && n < most; word = strtok_r(NULL, " ", &at))
        words[n++] = word;
    return n;
}

static int larger(int a, int64_t b)
{
    return b > a ? (int)b : a;
}

static void note(struct op_facts *out, const struct plan *plan, struct format in)
{
    const struct format made = plan_output(plan);
    const struct region pixel = {SIDE / 2, SIDE / 2, 1, 1};
    struct affine ignored;

    out->type[in.type].bands[in.bands] = true;
    out->type[in.type].taken = true;
    out->type[in.type].output = made.type;
    if (plan_to_source(plan, plan->last, &ignored) || made.width != in.width ||
        made.height != in.height) {
        out->same_grid = false;
        return;
    }
    const struct region need = plan_need(plan, STAGE_SOURCE, pixel);
    struct reach *halo = &out->halo;
    halo->left = larger(halo->left, pixel.x - need.x);
    halo->up = larger(halo->up, pixel.y - need.y);
    halo->right = larger(halo->right, need.x + need.width - pixel.x - 1);
    halo->down = larger(halo->down, need.y + need.height - pixel.y - 1);
}

static bool try_format(const struct step *step, struct format in, struct op_facts *out,
                       struct err *e)
{
    const struct format formats[] = {in, in}; /* the scene of --with, if any, is of the same kind */
    const char *names[2] = {NULL};
    struct plan *plan;
    int n = 1;

    *e = (struct err){0};
    if (!plan_scenes(step, 1, names, &n, 2, e) ||
        !plan_new(&plan, step, 1, &(struct plan_sources){.format = formats, .name = names, .n = n},
                  e))
        return e->status == EXIT_USAGE; /* then it takes no such scene */
    note(out, plan, in);
    plan_free(plan);
    return true;
}

bool op_facts_find(const struct op *op, struct op_facts *out, struct err *e)
{
    const char *example = op->example ? op->example : "";
    char *text = memory_new(strlen(example) + 1, 1, e);
    const char *args[ARGS_MOST];
    bool ok = text != NULL;

    *out = (struct op_facts){.same_grid = true};
    if (!ok)
        return false;
    memcpy(text, example, strlen(example) + 1);
    const struct step step = {.name = op->name, .n_args = cut(text, args, ARGS_MOST), .args = args};
    for (int type = 0; type < PX_N_TYPES; type++)
        for (int bands = 1; ok && bands <= OP_FACTS_BANDS; bands++)
            ok = try_format(&step, (struct format){(enum pixel_type)type, bands, SIDE, SIDE}, out,
                            e);
    free(text);
    return ok;
}
