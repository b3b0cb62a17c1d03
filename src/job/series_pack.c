/* series_pack.c - what rank 0 tells the others of the scenes of `stack`.
 * SPDX-License-Identifier: MIT */
#include "series.h"

#include "endpoints.h"

#include "base/pack.h"

#include <stdlib.h>
#include <string.h>

static bool pack_steps(const struct series *s, struct buffer *b, struct err *e)
{
    bool ok = pack_u32(b, (uint32_t)s->n_steps, e);

    for (int i = 0; ok && i < s->n_steps; i++) {
        ok = pack_text(b, s->steps[i].name, e) && pack_u32(b, (uint32_t)s->steps[i].n_args, e);
        for (int k = 0; ok && k < s->steps[i].n_args; k++)
            ok = pack_text(b, s->steps[i].args[k], e);
    }
    return ok;
}

/* The numbers go as they lie in memory: all ranks are of one program. */
bool series_pack(const struct series *s, struct buffer *out, struct err *e)
{
    const struct temporal *t = &s->temporal;
    const size_t times = t->times ? (size_t)t->n * sizeof *t->times : 0;
    bool ok = pack_bytes(out, &s->facts, sizeof s->facts, e) &&
              pack_bytes(out, s->gone, (size_t)s->facts.n * sizeof *s->gone, e) &&
              pack_bytes(out, s->file_bytes, (size_t)s->facts.n * sizeof *s->file_bytes, e);

    for (int i = 0; ok && i < s->facts.n; i++)
        ok = pack_text(out, s->path[i], e);
    return ok && pack_steps(s, out, e) && pack_text(out, t->op->name, e) &&
           pack_bytes(out, t, sizeof *t, e) && pack_bytes(out, t->times, times, e) &&
           pack_bytes(out, s->files.data, s->files.size, e);
}

static bool unpack_to(struct unpack *u, void *out, size_t size)
{
    size_t n;
    const unsigned char *bytes = unpack_bytes(u, &n);

    if (!bytes || n != size) {
        u->ok = false;
        return false;
    }
    memcpy(out, bytes, n);
    return true;
}

static bool unpack_steps(struct series *s, struct unpack *u, struct err *e)
{
    const uint32_t n = unpack_u32(u);

    if (!u->ok)
        return err_set(e, "the list of ops is damaged");
    s->steps = memory_new(n, sizeof *s->steps, e);
    if (!s->steps)
        return false;
    s->n_steps = (int)n;
    for (uint32_t i = 0; i < n; i++) {
        char *name = unpack_text(u);
        if (!owned_add(&s->owned, name, e))
            return false;
        const uint32_t n_args = unpack_u32(u);
        const char **args = u->ok ? memory_new(n_args, sizeof *args, e) : NULL;
        if (!owned_add(&s->owned, args, e) || !args)
            return false;
        for (uint32_t k = 0; k < n_args; k++) {
            char *arg = unpack_text(u);
            if (!owned_add(&s->owned, arg, e))
                return false;
            args[k] = arg;
        }
        s->steps[i] = (struct step){name, (int)n_args, args};
    }
    return true;
}

static bool unpack_temporal(struct series *s, struct unpack *u, struct err *e)
{
    struct temporal *t = &s->temporal;
    size_t n;
    char *name = unpack_text(u);

    if (!unpack_to(u, t, sizeof *t)) {
        *t = (struct temporal){0};
        free(name);
        return err_set(e, "what is told of the series is damaged");
    }
    t->op = temporal_find(name);
    t->times = NULL;
    free(name);
    const unsigned char *times = unpack_bytes(u, &n);
    if (times && n > 0) {
        t->times = memory_new(1, n, e);
        if (!t->times)
            return false;
        memcpy(t->times, times, n);
    }
    return true;
}

bool series_unpack(struct series *s, const struct series_wish *wish, const struct buffer *packed,
                   struct err *e)
{
    struct unpack u = unpack_begin(packed->data, packed->size);
    struct endpoints ends = {0};
    struct positionals words = {0};
    size_t n;

    *s = (struct series){0};
    bool ok = endpoints_read_source(&ends, &wish->options->pipeline->steps[0], &words, e);
    params_free(NULL, NULL, &words);
    s->options = ends.source;
    if (ends.source.open_options.item && !owned_add(&s->owned, ends.source.open_options.item, e))
        ok = false;
    if (!ok)
        return false;
    if (!unpack_to(&u, &s->facts, sizeof s->facts))
        return err_set(e, "what is told of the series is damaged");
    s->gone = memory_new((size_t)s->facts.n, sizeof *s->gone, e);
    s->file_bytes = s->gone ? memory_new((size_t)s->facts.n, sizeof *s->file_bytes, e) : NULL;
    s->path = s->file_bytes ? memory_new((size_t)s->facts.n, sizeof *s->path, e) : NULL;
    if (!s->path)
        return false;
    if (!unpack_to(&u, s->gone, (size_t)s->facts.n * sizeof *s->gone) ||
        !unpack_to(&u, s->file_bytes, (size_t)s->facts.n * sizeof *s->file_bytes))
        return err_set(e, "what is told of the series is damaged");
    for (int i = 0; i < s->facts.n; i++)
        s->path[i] = unpack_text(&u);
    if (!unpack_steps(s, &u, e) || !unpack_temporal(s, &u, e))
        return false;
    const unsigned char *files = unpack_bytes(&u, &n);
    if (!u.ok)
        return err_set(e, "what is told of the series is damaged");
    return buffer_append(&s->files, files, n, e) &&
           raster_begin(s->facts.cache_bytes, &wish->options->raster, e);
}
