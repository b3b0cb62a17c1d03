/* ticket.c - all that every rank must know to work on a scene's chunks.
 * SPDX-License-Identifier: MIT */
#include "job/ticket.h"

#include "base/pack.h"
#include "pipeline/halve.h"

#include <math.h>
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

static bool pack_source(struct buffer *b, const struct ticket_source *s,
                        const struct buffer *decoder, struct err *e)
{
    const struct region *w = &s->grid.window;
    bool ok = pack_format(b, &s->format, e) && pack_u32(b, s->outside.has_value, e) &&
              pack_f64(b, s->outside.value, e) && pack_u32(b, (uint32_t)s->outside.mask, e) &&
              pack_u32(b, s->name != NULL, e) && pack_text(b, s->name ? s->name : "", e) &&
              pack_u32(b, s->by_blobs, e) && pack_i64(b, w->x, e) && pack_i64(b, w->y, e) &&
              pack_i64(b, w->width, e) && pack_i64(b, w->height, e) && pack_f64(b, s->sparse, e) &&
              pack_bytes(b, decoder->data, decoder->size, e);

    for (int i = 0; ok && i < s->format.bands; i++)
        ok = pack_u32(b, (uint32_t)s->bands[i], e);
    return ok;
}

static bool pack_sources(struct buffer *b, const struct ticket_content *c, struct err *e)
{
    bool ok = pack_u32(b, (uint32_t)c->n_sources, e);

    for (int i = 0; ok && i < c->n_sources; i++)
        ok = pack_source(b, &c->sources[i], &c->decoders[i], e);
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

static bool pack_overviews(struct buffer *b, const struct overviews *o, struct err *e)
{
    return pack_layout(b, &o->level[0], e) && pack_u32(b, (uint32_t)o->n, e) &&
           pack_u32(b, (uint32_t)o->how, e) && pack_u32(b, o->cog, e) && pack_u32(b, o->mask, e) &&
           pack_u32(b, (uint32_t)o->local, e);
}

static bool pack_sizing(struct buffer *b, const struct sizing *s, struct err *e)
{
    return pack_u32(b, (uint32_t)s->division.kind, e) && pack_i64(b, s->division.chunk_width, e) &&
           pack_i64(b, s->division.chunk_height, e) && pack_u32(b, (uint32_t)s->credits, e) &&
           pack_i64(b, s->window, e) && pack_i64(b, s->stride, e) &&
           pack_i64(b, (int64_t)s->cache_bytes, e) && pack_i64(b, (int64_t)s->send_bytes, e) &&
           pack_i64(b, (int64_t)s->message_bytes, e);
}

static bool pack_held(struct buffer *b, const struct kept_of *held, struct err *e)
{
    return pack_u32(b, held != NULL, e) &&
           (!held || (pack_u32(b, (uint32_t)held->n_steps, e) && pack_format(b, &held->format, e)));
}

bool ticket_pack(struct buffer *out, const struct ticket_content *c, struct err *e)
{
    return pack_text(out, c->scene, e) && pack_sources(out, c, e) &&
           pack_overviews(out, c->overviews, e) && pack_u32(out, c->careful, e) &&
           pack_f64(out, c->nodata, e) && pack_u32(out, c->says_nodata, e) &&
           pack_f64(out, c->fill, e) && pack_u32(out, c->resumes, e) &&
           pack_held(out, c->held, e) && pack_steps(out, c->steps, c->n_steps, e) &&
           pack_sizing(out, c->sizing, e) &&
           pack_bytes(out, c->encoder->data, c->encoder->size, e) &&
           pack_bytes(out, c->mask_encoder->data, c->mask_encoder->size, e) &&
           pack_bytes(out, c->reducer ? c->reducer->data : NULL, c->reducer ? c->reducer->size : 0,
                      e) &&
           pack_u32(out, c->bare, e) && pack_i64(out, (int64_t)c->keep_bytes, e);
}

static struct format unpack_format(struct unpack *u)
{
    struct format f;

    f.type = (enum pixel_type)unpack_u32(u);
    f.bands = (int)unpack_u32(u);
    f.width = unpack_i64(u);
    f.height = unpack_i64(u);
    if (f.type >= PX_N_TYPES || f.bands < 1 || f.bands > UINT16_MAX || f.width < 1 ||
        f.width > INT32_MAX || f.height < 1 || f.height > INT32_MAX)
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

/* What is kept, as the ticket tells it. */
struct held {
    bool any;
    uint32_t n_steps;
    struct format format;
};

static struct held unpack_held(struct unpack *u)
{
    struct held held = {.any = unpack_u32(u) != 0};

    if (held.any) {
        held.n_steps = unpack_u32(u);
        held.format = unpack_format(u);
    }
    return held;
}

bool ticket_plan_rest(struct plan **out, const struct step *steps, int n, struct format kept,
                      struct err *e)
{
    const char *no_name = NULL;
    const struct plan_sources sources = {&kept, &no_name, 1, NULL};

    return plan_new(out, steps, n, &sources, e);
}

static bool make_plans(struct ticket *t, const struct step *steps, int n, bool careful,
                       const struct held *held, struct err *e)
{
    struct format formats[PLAN_MAX_SOURCES];
    const char *names[PLAN_MAX_SOURCES];
    struct outside outside[PLAN_MAX_SOURCES];
    const struct plan_sources sources = {formats, names, t->n_sources, outside};

    for (int i = 0; i < t->n_sources; i++) {
        formats[i] = t->sources[i].format;
        names[i] = t->sources[i].name;
        outside[i] = t->sources[i].outside;
    }
    return plan_new(&t->plan, steps, n, &sources, e) &&
           (!careful || plan_new_careful(&t->careful, steps, n, &sources, t->nodata, e)) &&
           (!t->overviews.mask || plan_new_validity(&t->validity, steps, n, &sources, e)) &&
           (!held->any || ticket_plan_rest(&t->rest, steps + held->n_steps, n - (int)held->n_steps,
                                           held->format, e));
}

/* Reads the steps twice over: the texts first, since growing their list moves it. */
static bool open_plans(struct ticket *t, struct unpack *u, struct err *e)
{
    const bool careful = unpack_u32(u) != 0;
    t->nodata = unpack_f64(u);
    t->says_nodata = unpack_u32(u) != 0;
    t->fill = unpack_f64(u);
    t->resumes = unpack_u32(u) != 0;
    const struct held held = unpack_held(u);
    const uint32_t n = unpack_u32(u);
    const size_t left = (size_t)(u->end - u->at); /* every step takes some bytes */
    const bool sound = n <= left && (!held.any || held.n_steps <= n);
    struct step *steps = sound ? memory_new(n, sizeof *steps, e) : NULL;
    bool ok = steps != NULL || err_set(e, "the ticket from rank 0 is damaged: %u steps", n);

    for (uint32_t i = 0; ok && i < n && u->ok; i++) {
        steps[i].name = unpack_word(t, u);
        steps[i].n_args = (int)unpack_u32(u);
        u->ok = u->ok && steps[i].n_args >= 0;
        for (int k = 0; k < steps[i].n_args && u->ok; k++)
            unpack_word(t, u);
    }
    if (ok && !u->ok)
        ok = err_set(e, "the ticket from rank 0 is damaged in its steps");
    for (uint32_t i = 0, at = 0; ok && i < n; i++) {
        steps[i].args = (const char *const *)t->words + at + 1;
        at += 1 + (uint32_t)steps[i].n_args;
    }
    t->n_steps = (int)n;
    ok = ok && make_plans(t, steps, (int)n, careful, &held, e);
    free(steps);
    return ok;
}

static bool damaged_source(const struct ticket *t, int i, struct err *e)
{
    return err_set(e, "%s: the ticket from rank 0 is damaged in source %d", t->scene, i);
}

static bool open_blobs(struct ticket *t, int i, const unsigned char *header, size_t n,
                       struct err *e)
{
    struct ticket_source *s = &t->sources[i];

    if (!decoder_new(&s->decoder, header, n, e))
        return err_context(e, "%s", s->name ? s->name : t->scene);
    s->grid.layout = *decoder_layout(s->decoder);
    const struct layout *l = &s->grid.layout;
    const struct region w = s->grid.window;
    bool fits = l->type == s->format.type && w.x >= 0 && w.y >= 0 && w.x <= l->width - w.width &&
                w.y <= l->height - w.height;
    for (int b = 0; b < s->format.bands; b++)
        fits = fits && s->bands[b] >= 0 && s->bands[b] < l->bands;
    return fits || damaged_source(t, i, e);
}

static bool open_source(struct ticket *t, int i, struct unpack *u, struct err *e)
{
    struct ticket_source *s = &t->sources[i];
    size_t n;

    s->format = unpack_format(u);
    s->outside.has_value = unpack_u32(u) != 0;
    s->outside.value = unpack_f64(u);
    s->outside.mask = (int)unpack_u32(u);
    const bool named = unpack_u32(u) != 0;
    s->name = unpack_text(u);
    if (!named) {
        free(s->name);
        s->name = NULL;
    }
    s->by_blobs = unpack_u32(u) != 0;
    s->grid.window.x = unpack_i64(u);
    s->grid.window.y = unpack_i64(u);
    s->grid.window.width = unpack_i64(u);
    s->grid.window.height = unpack_i64(u);
    s->sparse = unpack_f64(u);
    const unsigned char *header = unpack_bytes(u, &n);
    if (!u->ok || s->outside.mask < 0 || s->outside.mask >= t->n_sources ||
        s->grid.window.width != s->format.width || s->grid.window.height != s->format.height)
        return damaged_source(t, i, e);
    s->bands = memory_new((size_t)s->format.bands, sizeof *s->bands, e);
    if (!s->bands)
        return false;
    for (int b = 0; b < s->format.bands; b++)
        s->bands[b] = (int)unpack_u32(u);
    s->grid.bands = s->format.bands;
    s->grid.band = s->bands;
    if (!u->ok)
        return damaged_source(t, i, e);
    return !s->by_blobs || open_blobs(t, i, header, n, e);
}

/* A mask is like the scene it is of, but for its pixels. */
static bool check_mask(const struct ticket *t, int i, struct err *e)
{
    const struct ticket_source *s = &t->sources[i];
    const struct format mask = t->sources[s->outside.mask].format;

    return s->outside.mask == 0 ||
           (mask.type == PX_UINT8 && mask.bands == 1 && mask.width == s->format.width &&
            mask.height == s->format.height) ||
           damaged_source(t, i, e);
}

static bool open_sources(struct ticket *t, struct unpack *u, struct err *e)
{
    const uint32_t n = unpack_u32(u);

    if (!u->ok || n < 1 || n > PLAN_MAX_SOURCES)
        return err_set(e, "the ticket from rank 0 is damaged: %u sources", n);
    t->n_sources = (int)n;
    for (int i = 0; i < t->n_sources; i++)
        if (!open_source(t, i, u, e))
            return false;
    for (int i = 0; i < t->n_sources; i++)
        if (!check_mask(t, i, e))
            return false;
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
    u->ok = u->ok && layout_is_sound(l);
}

static void open_overviews(struct overviews *o, struct unpack *u)
{
    struct layout full = {0};

    open_layout(&full, u);
    const uint32_t n = unpack_u32(u);
    o->how = (int)unpack_u32(u);
    o->cog = unpack_u32(u) != 0;
    const bool mask = unpack_u32(u) != 0;
    o->local = (int)unpack_u32(u);
    if (n >= LEVELS_MOST || o->how < 0 || o->how >= HALVE_N || o->local < 0 || o->local > (int)n)
        u->ok = false;
    if (u->ok)
        overviews_lay_out(o, &full, (int)n, mask);
}

/* What the plan makes is what the output holds. */
static bool suits(const struct layout *l, struct format f)
{
    return l->type == f.type && l->bands == f.bands && l->width == f.width && l->height == f.height;
}

static void open_sizing(struct ticket *t, struct unpack *u)
{
    const enum division_kind kind = (enum division_kind)unpack_u32(u);
    const struct layout *l = &t->overviews.level[0];
    const int64_t width = unpack_i64(u), height = unpack_i64(u);

    if (u->ok) {
        const int64_t unit = (int64_t)1 << t->overviews.local;
        t->sizing.division = divide(kind, l->width, l->height, l->tile_width * unit,
                                    l->tile_height * unit, width, height);
    }
    t->sizing.credits = (int)unpack_u32(u);
    t->sizing.window = unpack_i64(u);
    t->sizing.stride = unpack_i64(u);
    if (kind > DIVISION_COLUMNS || t->sizing.credits < 1 || t->sizing.window < 1 ||
        t->sizing.stride < 1)
        u->ok = false;
    t->sizing.cache_bytes = (size_t)unpack_i64(u);
    t->sizing.send_bytes = (size_t)unpack_i64(u);
    t->sizing.message_bytes = (size_t)unpack_i64(u);
}

static bool open_reducer(struct ticket *t, struct unpack *u, struct err *e)
{
    struct buffer words = {.lent = true};

    words.data = (unsigned char *)unpack_bytes(u, &words.size); /* only read */
    if (u->ok && words.size == 0)
        return true;
    if (u->ok && reducing_new(&t->reducing, &words, e) &&
        t->reducing.how->bytes(t->reducing.args, plan_output(t->plan)) > 0)
        return true;
    return err_set(e, "the ticket from rank 0 is damaged in what is to be gathered");
}

bool ticket_open(struct ticket *t, const struct buffer *bytes, struct err *e)
{
    struct unpack u = unpack_begin(bytes->data, bytes->size);
    size_t n, n_mask;

    *t = (struct ticket){.scene = unpack_text(&u)};
    if (!u.ok)
        return err_set(e, "the ticket from rank 0 is damaged");
    if (!open_sources(t, &u, e))
        return false;
    open_overviews(&t->overviews, &u);
    if (!open_plans(t, &u, e))
        return false;
    open_sizing(t, &u);
    const unsigned char *encoder = unpack_bytes(&u, &n);
    const unsigned char *mask_encoder = unpack_bytes(&u, &n_mask);
    if (!u.ok || !suits(&t->overviews.level[0], plan_output(t->plan)))
        return err_set(e, "the ticket from rank 0 is damaged in its output");
    if (!open_reducer(t, &u, e))
        return false;
    t->bare = unpack_u32(&u) != 0;
    t->keep_bytes = (size_t)unpack_i64(&u);
    if (!u.ok)
        return err_set(e, "the ticket from rank 0 is not whole");
    return t->reducing.how || t->bare ||
           (encoder_new(&t->encoder, encoder, n, e) &&
            (!t->overviews.mask || encoder_new(&t->mask_encoder, mask_encoder, n_mask, e)));
}

void ticket_free(struct ticket *t)
{
    for (int i = 0; i < t->n_words; i++)
        free(t->words[i]);
    free(t->words);
    plan_free(t->plan);
    plan_free(t->careful);
    plan_free(t->validity);
    plan_free(t->rest);
    encoder_free(t->encoder);
    encoder_free(t->mask_encoder);
    reducing_free(&t->reducing);
    for (int i = 0; i < t->n_sources; i++) {
        decoder_free(t->sources[i].decoder);
        free(t->sources[i].bands);
        free(t->sources[i].name);
    }
    free(t->scene);
    *t = (struct ticket){0};
}

struct region ticket_region(const struct ticket *t, int64_t chunk)
{
    return overviews_region(&t->overviews, division_chunk(&t->sizing.division, chunk), 0);
}

void ticket_needs(const struct ticket *t, int64_t chunk, struct region *needs)
{
    plan_source_needs(t->careful ? t->careful : t->plan, t->validity, ticket_region(t, chunk),
                      needs);
}

struct halving_nodata ticket_halving_nodata(const struct ticket *t)
{
    return (struct halving_nodata){
        .has_value = t->careful && t->says_nodata && !isnan(t->nodata),
        .value = t->nodata,
    };
}

int ticket_margin(const struct ticket *t, int source)
{
    const struct plan *plans[] = {t->plan, t->careful, t->validity};
    int most = 0;

    for (size_t i = 0; i < sizeof plans / sizeof plans[0]; i++) {
        const int margin = plans[i] ? plan_margin(plans[i], source) : 0;
        most = margin > most ? margin : most;
    }
    return most;
}
