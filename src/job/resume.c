/* resume.c - what an earlier run has left of an output.
 * SPDX-License-Identifier: MIT */
#include "resume.h"

#include "blob_order.h"
#include "saved.h"
#include "signature.h"

#include "base/crc.h"
#include "base/pack.h"
#include "base/signals.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct record {
    int64_t chunk;
    struct buffer bytes; /* behind the chunk's number; empty: it is not to be used */
};

struct resume {
    struct journal *journal;
    struct resume_head head;
    struct buffer signature;
    struct buffer records; /* struct record, as they come; a later one of a chunk counts */
};

struct blob {
    int64_t index;
    uint32_t size, crc;
    uint64_t at;
};

/* A record's blobs, one after the other. */
struct reader {
    struct unpack u;
    uint32_t rank, task, n;
    uint64_t base;
};

static struct reader read_begin(const struct record *r)
{
    struct reader reader = {.u = unpack_begin(r->bytes.data, r->bytes.size)};

    reader.rank = unpack_u32(&reader.u);
    reader.base = (uint64_t)unpack_i64(&reader.u);
    reader.task = unpack_u32(&reader.u);
    reader.n = unpack_u32(&reader.u);
    return reader;
}

static bool read_blob(struct reader *r, struct blob *b)
{
    if (r->n == 0)
        return false;
    r->n--;
    b->index = unpack_i64(&r->u);
    b->size = unpack_u32(&r->u);
    b->crc = unpack_u32(&r->u);
    b->at = (uint64_t)unpack_i64(&r->u);
    return r->u.ok;
}

static struct record *records(const struct resume *r, size_t *n)
{
    *n = r->records.size / sizeof(struct record);
    return (struct record *)(void *)r->records.data;
}

static bool add_record(void *ctx, const unsigned char *bytes, size_t n, struct err *e)
{
    struct resume *r = ctx;
    struct unpack u = unpack_begin(bytes, n);
    struct record record = {.chunk = unpack_i64(&u)};

    if (!u.ok)
        return true; /* its checksum holds, but it says nothing */
    if (!buffer_append(&record.bytes, u.at, (size_t)(u.end - u.at), e) ||
        !buffer_append(&r->records, &record, sizeof record, e)) {
        buffer_free(&record.bytes);
        return false;
    }
    return true;
}

bool resume_pack_head(struct buffer *out, const struct resume_head *head,
                      const struct buffer *signature, struct err *e)
{
    return pack_i64(out, head->head_bytes, e) && pack_i64(out, head->chunk_width, e) &&
           pack_i64(out, head->chunk_height, e) && pack_u32(out, head->local, e) &&
           pack_bytes(out, signature->data, signature->size, e);
}

static bool unpack_head(struct resume *r, const char *name, const struct buffer *bytes,
                        struct err *e)
{
    struct unpack u = unpack_begin(bytes->data, bytes->size);
    size_t n;

    r->head.head_bytes = unpack_i64(&u);
    r->head.chunk_width = unpack_i64(&u);
    r->head.chunk_height = unpack_i64(&u);
    r->head.local = unpack_u32(&u);
    const unsigned char *signature = unpack_bytes(&u, &n);
    if (!signature || r->head.chunk_width < 1 || r->head.chunk_width > INT32_MAX ||
        r->head.chunk_height < 1 || r->head.chunk_height > INT32_MAX || r->head.local > LEVELS_MOST)
        return err_set(e, "%s: is no journal that this version understands", name);
    return buffer_append(&r->signature, signature, n, e);
}

/* Whether journal and part are both there. */
static bool is_there(const char *journal)
{
    char part[PATH_MAX];
    const size_t n = strlen(journal) - strlen(".journal");

    if (n >= sizeof part)
        return false;
    memcpy(part, journal, n);
    part[n] = '\0';
    return access(journal, F_OK) == 0 && access(part, F_OK) == 0;
}

bool resume_exists(const char *path, bool *exists, struct err *e)
{
    char *name = saved_path(path, e);

    *exists = name && is_there(name);
    free(name);
    return name != NULL;
}

static bool read_journal(struct resume **out, const char *name, struct err *e)
{
    struct buffer head = {0};
    struct resume *r = memory_new(1, sizeof *r, e);
    bool ok = r && journal_open(&r->journal, name, &head, add_record, r, e) &&
              (!r->journal || unpack_head(r, name, &head, e));

    buffer_free(&head);
    *out = NULL;
    if (ok && r->journal)
        *out = r;
    else
        resume_free(r);
    return ok;
}

bool resume_open(struct resume **out, const char *path, struct err *e)
{
    char *name = saved_path(path, e);

    *out = NULL;
    const bool ok = name && (!is_there(name) || read_journal(out, name, e));
    free(name);
    return ok;
}

/* Whether the chunk of record i was given up, and is in none of the later ones. */
static bool is_given_up(const struct record *list, size_t n, size_t i)
{
    if (list[i].bytes.size == 0 || read_begin(&list[i]).task == FEED_COMPUTE)
        return false;
    for (size_t k = i + 1; k < n; k++)
        if (list[k].chunk == list[i].chunk)
            return false;
    return true;
}

static int64_t tell_given_up(struct resume *r, const char *path)
{
    size_t n;
    const struct record *list = records(r, &n);
    int64_t given_up = 0;

    for (size_t i = 0; i < n; i++) {
        if (!is_given_up(list, n, i))
            continue;
        given_up++;
        fprintf(stderr, "tilery: %s: chunk %lld of %lldx%lld pixels is %s\n", path,
                (long long)list[i].chunk, (long long)r->head.chunk_width,
                (long long)r->head.chunk_height,
                read_begin(&list[i]).task == FEED_FILL ? "nodata" : "left out");
    }
    return given_up;
}

bool resume_finished(const char *path, const struct buffer *signature, bool *finished,
                     int64_t *given_up, struct err *e)
{
    char *name = saved_path(path, e);
    struct resume *r = NULL;
    struct err differs;
    bool ok = name != NULL;

    *finished = false;
    *given_up = 0;
    if (ok && access(name, F_OK) == 0 && access(path, F_OK) == 0 && !is_there(name))
        ok = read_journal(&r, name, e);
    if (r)
        *finished = resume_check(r, path, signature, &differs);
    if (*finished)
        *given_up = tell_given_up(r, path);
    resume_free(r);
    free(name);
    return ok;
}

void resume_free(struct resume *r)
{
    size_t n;

    if (!r)
        return;
    journal_close(r->journal);
    struct record *list = records(r, &n);
    for (size_t i = 0; i < n; i++)
        buffer_free(&list[i].bytes);
    buffer_free(&r->records);
    buffer_free(&r->signature);
    free(r);
}

struct resume_head resume_head(const struct resume *r)
{
    return r->head;
}

bool resume_check(const struct resume *r, const char *path, const struct buffer *signature,
                  struct err *e)
{
    return signature_compare(path, &r->signature, signature, e);
}

struct journal *resume_journal(struct resume *r)
{
    struct journal *journal = r->journal;

    r->journal = NULL;
    return journal;
}

/* --- which chunks can stay -------------------------------------------------------------------- */

struct restoring {
    const struct resume_into *into;
    const struct record **of; /* each chunk's record; NULL: it is to be done */
    int64_t n_chunks;
    struct buffer bytes; /* of one blob */
};

static bool is_plain(const struct restoring *x, int64_t index)
{
    return index < overviews_blobs(x->into->overviews) &&
           !overviews_later(x->into->overviews, index);
}

/* The bytes of a blob into x->bytes; *sound: whether they are what was written. */
static bool fetch(struct restoring *x, const struct reader *r, const struct blob *b, bool *sound,
                  struct err *e)
{
    const struct overviews *o = x->into->overviews;
    const size_t most = b->index >= overviews_blobs(o)
                            ? apex_bytes(o) /* pixels */
                            : 2 * layout_tile_bytes(&o->level[0]) + (1 << 20);
    uint64_t at;

    *sound = b->index >= 0 && b->size <= most;
    if (!*sound || b->size == 0)
        return true;
    x->bytes.size = 0;
    if (!buffer_reserve(&x->bytes, b->size, e))
        return false;
    if (is_plain(x, b->index))
        *sound = output_fetch(x->into->output, b->at, x->bytes.data, b->size);
    else if (!x->into->scratch || __builtin_add_overflow(r->base, b->at, &at))
        *sound = false;
    else if (!scratch_fetch(x->into->scratch, r->rank, at, x->bytes.data, b->size, sound, e))
        return false;
    x->bytes.size = b->size;
    *sound = *sound && crc_of(x->bytes.data, b->size) == b->crc;
    return true;
}

static bool check_record(struct restoring *x, const struct record *record, bool *sound,
                         struct err *e)
{
    struct reader r = read_begin(record);
    struct blob b;

    *sound = r.u.ok && r.n > 0 && r.task <= FEED_LEAVE_OUT;
    while (*sound && read_blob(&r, &b))
        if (!fetch(x, &r, &b, sound, e))
            return false;
    *sound = *sound && r.u.ok;
    return true;
}

/* The first place in the order of the file whose blob is not there. */
static bool first_gap(const struct restoring *x, int64_t *gap, struct err *e)
{
    const struct layout *l = &x->into->overviews->level[0];
    const int64_t n = layout_blobs(l);
    bool *there = memory_new((size_t)n, sizeof *there, e);
    struct blob b;

    if (!there)
        return false;
    for (int64_t c = 0; c < x->n_chunks; c++) {
        if (!x->of[c])
            continue;
        struct reader r = read_begin(x->of[c]);
        while (read_blob(&r, &b))
            if (is_plain(x, b.index))
                there[blob_order(l, x->into->division->kind, b.index)] = true;
    }
    for (*gap = 0; *gap < n && there[*gap];)
        ++*gap;
    free(there);
    return true;
}

/* Chunks with a blob behind the gap are to be done again; whether there was one. */
static bool drop_behind(struct restoring *x, int64_t gap)
{
    const struct layout *l = &x->into->overviews->level[0];
    bool any = false;
    struct blob b;

    for (int64_t c = 0; c < x->n_chunks; c++) {
        if (!x->of[c])
            continue;
        struct reader r = read_begin(x->of[c]);
        bool behind = false;
        while (read_blob(&r, &b))
            behind |=
                is_plain(x, b.index) && blob_order(l, x->into->division->kind, b.index) >= gap;
        if (behind)
            x->of[c] = NULL;
        any |= behind;
    }
    return any;
}

/* Blobs lie in the file in their order, without gaps: what is behind one is done again. */
static bool keep_what_is_in_order(struct restoring *x, int64_t *next, struct err *e)
{
    const struct overviews *o = x->into->overviews;

    *next = layout_blobs(&o->level[0]);
    if (overviews_later(o, 0))
        return true;
    do {
        if (!first_gap(x, next, e))
            return false;
    } while (drop_behind(x, *next));
    return true;
}

static bool restore_chunk(struct restoring *x, int64_t chunk, struct err *e)
{
    const struct resume_into *into = x->into;
    struct reader r = read_begin(x->of[chunk]);
    struct blob b;
    bool ok = true, sound = true;

    while (ok && sound && read_blob(&r, &b)) {
        if (b.index >= overviews_blobs(into->overviews))
            ok = fetch(x, &r, &b, &sound, e) && sound &&
                 apex_take(into->apex, chunk, x->bytes.data, x->bytes.size);
        else if (is_plain(x, b.index))
            ok = output_restore(into->output, b.index, b.at, b.size, e);
        else
            ok = output_note(into->output, b.index, b.size, e) &&
                 scratch_adopt(into->scratch, r.rank, r.base + b.at, b.index, b.size, e);
        if (!ok || !sound)
            return err_context(e, "going on with what is there of it");
    }
    schedule_skip(into->schedule, chunk);
    return r.task == FEED_COMPUTE ||
           retries_give_up(into->retries, chunk, (enum feed_task)r.task, e);
}

bool resume_restore(struct resume *r, const struct resume_into *into, int64_t *pixels,
                    struct err *e)
{
    struct restoring x = {.into = into, .n_chunks = division_chunks(into->division)};
    int64_t next;
    size_t n;
    const struct record *list = records(r, &n);
    bool sound, ok;

    x.of = memory_new((size_t)x.n_chunks, sizeof(void *), e);
    ok = x.of != NULL;
    for (size_t i = 0; ok && i < n; i++) {
        const struct record *record = &list[i];
        if (record->chunk < 0 || record->chunk >= x.n_chunks)
            continue;
        ok = signals_none(e) && check_record(&x, record, &sound, e);
        if (ok && sound)
            x.of[record->chunk] = record;
    }
    ok = ok && keep_what_is_in_order(&x, &next, e);
    *pixels = 0;
    for (int64_t c = 0; ok && c < x.n_chunks; c++)
        if (x.of[c]) {
            const struct region region = division_chunk(into->division, c);
            ok = restore_chunk(&x, c, e);
            *pixels += region.width * region.height;
        }
    if (ok) {
        collect_resume(into->collect, next);
        ok = output_cut(into->output, e);
    }
    buffer_free(&x.bytes);
    free(x.of);
    return ok;
}
