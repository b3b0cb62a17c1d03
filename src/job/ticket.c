/* ticket.c - all that every rank must know to work on a scene's chunks.
 * SPDX-License-Identifier: MIT */
#include "job/ticket.h"

#include "base/pack.h"

#include <stdlib.h>

static bool pack_steps(struct buffer *b, const struct step *steps, int n, struct err *e)
{
    bool ok = pack_u32(b, (uint32_t)n, e);

    for (int i = 0; ok && i < n; i++) {
        ok = pack_text(b, steps[i].name, e) && pack_u32(b, (uint32_t)steps[i].n_args, e);
        for (int k = 0; ok && k < steps[i].n_args; k++)
            ok = pack_text(b, steps[i].args[k], e);
    }
    return ok;
}

static bool pack_format(struct buffer *b, const struct format *f, struct err *e)
{
    return pack_u32(b, (uint32_t)f->type, e) && pack_u32(b, (uint32_t)f->bands, e) &&
           pack_i64(b, f->width, e) && pack_i64(b, f->height, e);
}

static bool pack_source(struct buffer *b, const struct ticket_content *c, struct err *e)
{
    bool ok = pack_u32(b, c->by_blobs, e) && pack_i64(b, c->window.x, e) &&
              pack_i64(b, c->window.y, e) && pack_i64(b, c->window.width, e) &&
              pack_i64(b, c->window.height, e) && pack_f64(b, c->sparse, e) &&
              pack_bytes(b, c->decoder->data, c->decoder->size, e);

    for (int i = 0; ok && i < c->format.bands; i++)
        ok = pack_u32(b, (uint32_t)c->bands[i], e);
    return ok;
}

static bool pack_layout(struct buffer *b, const struct layout *l, struct err *e)
{
    return pack_i64(b, l->width, e) && pack_i64(b, l->height, e) &&
           pack_u32(b, (uint32_t)l->type, e) && pack_u32(b, (uint32_t)l->bands, e) &&
           pack_u32(b, (uint32_t)l->tile_width, e) && pack_u32(b, (uint32_t)l->tile_height, e) &&
           pack_i64(b, l->across, e) && pack_i64(b, l->down, e) && pack_u32(b, l->strips, e) &&
           pack_u32(b, l->separate, e);
}

static bool pack_sizing(struct buffer *b, const struct sizing *s, struct err *e)
{
    return pack_u32(b, (uint32_t)s->division.kind, e) && pack_i64(b, s->division.chunk_width, e) &&
           pack_i64(b, s->division.chunk_height, e) && pack_u32(b, (uint32_t)s->credits, e) &&
           pack_i64(b, s->window, e) && pack_i64(b, s->stride, e) &&
           pack_i64(b, (int64_t)s->cache_bytes, e) && pack_i64(b, (int64_t)s->send_bytes, e);
}

bool ticket_pack(struct buffer *out, const struct ticket_content *c, struct err *e)
{
    return pack_text(out, c->scene, e) && pack_format(out, &c->format, e) &&
           pack_steps(out, c->steps, c->n_steps, e) && pack_source(out, c, e) &&
           pack_layout(out, c->output, e) && pack_sizing(out, c->sizing, e) &&
           pack_bytes(out, c->encoder->data, c->encoder->size, e);
}

static struct format unpack_format(struct unpack *u)
{
    struct format f;

    f.type = (enum pixel_type)unpack_u32(u);
    f.bands = (int)unpack_u32(u);
    f.width = unpack_i64(u);
    f.height = unpack_i64(u);
    if (f.type >= PX_N_TYPES || f.bands < 1 || f.width < 1 || f.height < 1)
        u->ok = false;
    return f;
}

/* One more text of a step; NULL (and u->ok false) when there is none. */
static char *unpack_word(struct ticket *t, struct unpack *u)
{
    char **words = realloc(t->words, ((size_t)t->n_words + 1) * sizeof *words);
    char *word = words ? unpack_text(u) : NULL;

    if (words)
        t->words = words;
    if (word)
        t->words[t->n_words++] = word;
    else
        u->ok = false;
    return word;
}

/* Reads the steps twice over: the texts first, since growing their list moves it. */
static bool open_plan(struct ticket *t, struct unpack *u, struct format format, struct err *e)
{
    const uint32_t n = unpack_u32(u);
    const size_t left = (size_t)(u->end - u->at); /* every step takes some bytes */
    struct step *steps = n <= left ? memory_new(n, sizeof *steps, e) : NULL;
    bool ok = steps != NULL || err_set(e, "the ticket from rank 0 is damaged: %u steps", n);

    for (uint32_t i = 0; ok && i < n && u->ok; i++) {
        steps[i].name = unpack_word(t, u);
        steps[i].n_args = (int)unpack_u32(u);
        for (int k = 0; k < steps[i].n_args && u->ok; k++)
            unpack_word(t, u);
    }
    if (ok && !u->ok)
        ok = err_set(e, "the ticket from rank 0 is damaged in its steps");
    for (uint32_t i = 0, at = 0; ok && i < n; i++) {
        steps[i].args = (const char *const *)t->words + at + 1;
        at += 1 + (uint32_t)steps[i].n_args;
    }
    ok = ok && plan_new(&t->plan, steps, (int)n,
                        &(struct plan_sources){&format, &(const char *){NULL}, 1}, e);
    free(steps);
    return ok;
}

static bool open_source(struct ticket *t, struct unpack *u, struct format format, struct err *e)
{
    size_t n;

    t->by_blobs = unpack_u32(u) != 0;
    t->grid.window.x = unpack_i64(u);
    t->grid.window.y = unpack_i64(u);
    t->grid.window.width = unpack_i64(u);
    t->grid.window.height = unpack_i64(u);
    t->sparse = unpack_f64(u);
    const unsigned char *header = unpack_bytes(u, &n);
    t->grid.bands = format.bands;
    t->bands = memory_new((size_t)format.bands, sizeof *t->bands, e);
    if (!t->bands)
        return false;
    for (int i = 0; i < format.bands; i++)
        t->bands[i] = (int)unpack_u32(u);
    t->grid.band = t->bands;
    if (!u->ok)
        return err_set(e, "the ticket from rank 0 is damaged in its source");
    if (!t->by_blobs)
        return true;
    if (!decoder_new(&t->decoder, header, n, e))
        return err_context(e, "%s", t->scene);
    t->grid.layout = *decoder_layout(t->decoder);
    for (int i = 0; i < format.bands; i++)
        if (t->bands[i] < 0 || t->bands[i] >= t->grid.layout.bands)
            return err_set(e, "the ticket from rank 0 is damaged: band %d", t->bands[i]);
    return true;
}

static void open_layout(struct layout *l, struct unpack *u)
{
    l->width = unpack_i64(u);
    l->height = unpack_i64(u);
    l->type = (enum pixel_type)unpack_u32(u);
    l->bands = (int)unpack_u32(u);
    l->tile_width = (int)unpack_u32(u);
    l->tile_height = (int)unpack_u32(u);
    l->across = unpack_i64(u);
    l->down = unpack_i64(u);
    l->strips = unpack_u32(u) != 0;
    l->separate = unpack_u32(u) != 0;
    if (l->type >= PX_N_TYPES || l->bands < 1 || l->tile_width < 1 || l->tile_height < 1 ||
        l->width < 1 || l->height < 1)
        u->ok = false;
}

static void open_sizing(struct ticket *t, struct unpack *u)
{
    const enum division_kind kind = (enum division_kind)unpack_u32(u);
    const int64_t width = unpack_i64(u), height = unpack_i64(u);

    if (u->ok)
        t->sizing.division = divide(kind, t->output.width, t->output.height, t->output.tile_width,
                                    t->output.tile_height, width, height);
    t->sizing.credits = (int)unpack_u32(u);
    t->sizing.window = unpack_i64(u);
    t->sizing.stride = unpack_i64(u);
    t->sizing.cache_bytes = (size_t)unpack_i64(u);
    t->sizing.send_bytes = (size_t)unpack_i64(u);
}

bool ticket_open(struct ticket *t, const struct buffer *bytes, struct err *e)
{
    struct unpack u = unpack_begin(bytes->data, bytes->size);
    size_t n;

    *t = (struct ticket){.scene = unpack_text(&u)};
    const struct format format = unpack_format(&u);
    if (!u.ok)
        return err_set(e, "the ticket from rank 0 is damaged");
    if (!open_plan(t, &u, format, e) || !open_source(t, &u, format, e))
        return false;
    open_layout(&t->output, &u);
    open_sizing(t, &u);
    const unsigned char *encoder = unpack_bytes(&u, &n);
    if (!u.ok)
        return err_set(e, "the ticket from rank 0 is damaged in its output");
    return encoder_new(&t->encoder, encoder, n, e);
}

void ticket_free(struct ticket *t)
{
    for (int i = 0; i < t->n_words; i++)
        free(t->words[i]);
    free(t->words);
    plan_free(t->plan);
    decoder_free(t->decoder);
    encoder_free(t->encoder);
    free(t->bands);
    free(t->scene);
    *t = (struct ticket){0};
}

struct format ticket_format(const struct ticket *t)
{
    return t->plan->stages.list[STAGE_SOURCE].out;
}
