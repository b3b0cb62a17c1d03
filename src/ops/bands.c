/* bands.c - stages that move whole bands.
 * SPDX-License-Identifier: MIT */
#include "ops/bands.h"

#include <string.h>

/* One kernel moves pixels and validity: it knows sizes, not types. */
struct moving {
    int n;
    int *from; /* for each band the row it is copied from, or BANDS_FILLED */
    size_t pixel;
    unsigned char fill[sizeof(double)];
};

static void move_row(const void *state, const struct window *w)
{
    const struct moving *m = state;
    const size_t bytes = (size_t)w->width * m->pixel;

    for (int b = 0; b < m->n; b++) {
        char *out = w->outs[b];
        if (m->from[b] != BANDS_FILLED)
            memcpy(out, w->rows[m->from[b]], bytes);
        else
            for (size_t at = 0; at < bytes; at += m->pixel)
                memcpy(out + at, m->fill, m->pixel);
    }
}

static struct stage_input at_pixel(int stage)
{
    return (struct stage_input){.stage = stage, .border = {BORDER_REPLICATE, 0}};
}

static struct moving *moving_new(struct stages *s, int n, size_t pixel, struct err *e)
{
    struct moving *m = stages_state(s, sizeof *m, e);
    int *from = m ? stages_state(s, (size_t)n * sizeof *from, e) : NULL;

    if (!from)
        return NULL;
    for (int b = 0; b < n; b++)
        from[b] = b;
    *m = (struct moving){.n = n, .from = from, .pixel = pixel};
    return m;
}

/* `from` tells where bands come from; NULL: from the row of their number. */
static bool add(struct stages *s, const struct stage *inputs, const int *from, double fill,
                struct err *e)
{
    const int n = inputs->out.bands;
    struct moving *pixels = moving_new(s, n, pixel_size(inputs->out.type), e);
    struct moving *valid = pixels ? moving_new(s, n, 1, e) : NULL;
    struct stage stage = *inputs;

    if (!valid)
        return false;
    for (int b = 0; from && b < n; b++) {
        pixels->from[b] = from[b];
        valid->from[b] = from[b] == BANDS_FILLED ? 0 : from[b];
    }
    pixel_store(stage.out.type, fill, pixels->fill);
    stage.across = true;
    stage.row = stage.valid = move_row;
    stage.state = pixels;
    stage.valid_state = valid;
    stage.continues = pixels->from;
    return stages_add(s, &stage, e);
}

bool bands_move(struct stages *s, const struct bands_moved *moved, struct err *e)
{
    struct stage stage = {
        .in = {at_pixel(s->current)},
        .n_in = 1,
        .out = s->list[s->current].out,
    };

    stage.out.bands = moved->n;
    stage.colours = moved->colours;
    return add(s, &stage, moved->from, moved->fill, e);
}

bool bands_join(struct stages *s, int other, struct err *e)
{
    struct stage stage = {
        .in = {at_pixel(s->current), at_pixel(other)},
        .n_in = 2,
        .out = s->list[s->current].out,
    };

    stage.out.bands += s->list[other].out.bands;
    return add(s, &stage, NULL, 0, e);
}
