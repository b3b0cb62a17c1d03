/* plan_band.c - what the bands of a plan's output were in the scenes.
 * SPDX-License-Identifier: MIT */
#include "pipeline/plan.h"

/* Goes on from a band of a stage to that of an input which it continues. False: to none. */
static bool go_back(const struct plan *p, int *stage, int *band)
{
    const struct stage *list = p->stages.list, *at = &list[*stage];
    int k = 0, from = *band;

    if (at->continues)
        from = at->continues[*band];
    else if (list[at->in[0].stage].out.bands != at->out.bands)
        from = -1;
    for (; from >= 0 && from >= list[at->in[k].stage].out.bands; k++)
        from -= list[at->in[k].stage].out.bands;
    *stage = at->in[k].stage;
    *band = from;
    return from >= 0;
}

struct plan_band plan_band(const struct plan *p, int band)
{
    struct plan_band out = {.source = p->last, .band = band, .keeps_values = true};

    while (out.source >= p->stages.n_sources) {
        const struct stage *at = &p->stages.list[out.source];
        if (at->colours && !out.colour)
            out.colour = at->colours[out.band];
        out.keeps_values &= at->keeps_values;
        if (!go_back(p, &out.source, &out.band)) {
            out.source = -1;
            break;
        }
    }
    return out;
}
