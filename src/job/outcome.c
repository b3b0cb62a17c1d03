/* outcome.c - what became of one job of many, as it travels to rank 0.
 * SPDX-License-Identifier: MIT */
#include "outcome.h"

#include "base/pack.h"

#include <stdlib.h>

/* A job that finds its output finished by an earlier run fails with the status of that. */
static int status_of(bool ok, const struct job_end *end, const struct err *e)
{
    if (!ok)
        return e->status;
    return end->given_up > 0 ? EXIT_PARTLY : EXIT_DONE;
}

struct outcome outcome_of(bool ok, const struct job_end *end, struct err *e, double seconds)
{
    return (struct outcome){
        .status = status_of(ok, end, e),
        .seconds = seconds,
        .text = end->text,
        .json = end->json,
        .journal = end->journal,
        .why = ok ? NULL : e->text,
    };
}

static bool pack_maybe(struct buffer *out, const char *text, struct err *e)
{
    return pack_text(out, text ? text : "", e);
}

bool outcome_pack(struct buffer *out, const struct outcome *o, struct err *e)
{
    return pack_u32(out, (uint32_t)o->status, e) && pack_f64(out, o->seconds, e) &&
           pack_maybe(out, o->text, e) && pack_maybe(out, o->json, e) &&
           pack_maybe(out, o->journal, e) && pack_maybe(out, o->why, e);
}

bool outcome_unpack(const struct buffer *bytes, struct outcome *o)
{
    struct unpack u = unpack_begin(bytes->data, bytes->size);

    o->status = (int)unpack_u32(&u);
    o->seconds = unpack_f64(&u);
    o->text = unpack_text(&u);
    o->json = unpack_text(&u);
    o->journal = unpack_text(&u);
    o->why = unpack_text(&u);
    return u.ok;
}

void outcome_free(struct outcome *o)
{
    free(o->text);
    free(o->json);
    free(o->journal);
    free(o->why);
}
