/* run_report.c - what a run did and where each rank's time went, as JSON.
 * SPDX-License-Identifier: MIT */
#include "report/run_report.h"

#include "base/pack.h"

#include "json_file.h"

#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct run_report {
    json_t *root, *ranks, *tries, *lost, *passes;
};

bool rank_report_pack(struct buffer *out, const char *host, const struct amount *amounts, int n,
                      struct err *e)
{
    bool ok = pack_text(out, host, e) && pack_u32(out, (uint32_t)n, e);

    for (int i = 0; ok && i < n; i++)
        ok = pack_text(out, amounts[i].group, e) && pack_text(out, amounts[i].name, e) &&
             pack_f64(out, amounts[i].value, e);
    return ok;
}

static bool no_memory(struct err *e)
{
    return err_set(e, "out of memory: the report could not be made");
}

bool run_report_new(struct run_report **out, struct err *e)
{
    struct run_report *r = memory_new(1, sizeof *r, e);

    if (!r)
        return false;
    r->root = json_object();
    r->ranks = json_array();
    r->tries = json_array();
    r->passes = json_array();
    r->lost = json_array();
    if (!r->root || !r->ranks || !r->tries || !r->lost || !r->passes) {
        run_report_free(r);
        return no_memory(e);
    }
    *out = r;
    return true;
}

void run_report_free(struct run_report *r)
{
    if (!r)
        return;
    json_decref(r->root);
    json_decref(r->ranks);
    json_decref(r->tries);
    json_decref(r->passes);
    json_decref(r->lost);
    free(r);
}

/* The object of that name inside another, made when it is not there; NULL when memory is short. */
static json_t *object_in(json_t *parent, const char *name)
{
    json_t *object = json_object_get(parent, name);

    if (object)
        return object;
    object = json_object();
    return object && json_object_set_new(parent, name, object) == 0 ? object : NULL;
}

static bool set(json_t *parent, const char *group, const char *name, json_t *value, struct err *e)
{
    json_t *object = object_in(parent, group);

    if (!object)
        json_decref(value);
    if (!object || !value || json_object_set_new(object, name, value) != 0)
        return no_memory(e);
    return true;
}

/* Whole numbers are written without a point. */
static json_t *number(double v)
{
    return v == rint(v) && fabs(v) < 9e15 ? json_integer((json_int_t)v) : json_real(v);
}

/* Paths need not be UTF-8; JSON must be. */
static json_t *text(const char *value)
{
    json_t *t = json_string(value);

    return t ? t : json_string("(not UTF-8)");
}

bool run_report_text(struct run_report *r, const char *group, const char *name, const char *value,
                     struct err *e)
{
    return set(r->root, group, name, text(value), e);
}

bool run_report_number(struct run_report *r, const char *group, const char *name, double value,
                       struct err *e)
{
    return set(r->root, group, name, number(value), e);
}

static bool add_to_totals(struct run_report *r, const char *name, double value, struct err *e)
{
    const json_t *so_far = json_object_get(json_object_get(r->root, "totals"), name);

    return run_report_number(r, "totals", name, json_number_value(so_far) + value, e);
}

static bool add_amounts(struct run_report *r, json_t *rank, struct unpack *u, struct err *e)
{
    const uint32_t n = unpack_u32(u);
    bool ok = true;

    for (uint32_t i = 0; ok && u->ok && i < n; i++) {
        char *group = unpack_text(u), *name = unpack_text(u);
        const double value = unpack_f64(u);
        if (u->ok)
            ok = set(rank, group, name, number(value), e) &&
                 (strcmp(group, "moved") != 0 || add_to_totals(r, name, value, e));
        free(group);
        free(name);
    }
    return ok && (u->ok || err_set(e, "a rank's part of the report is damaged"));
}

bool run_report_rank(struct run_report *r, int rank_number, const struct buffer *packed,
                     struct err *e)
{
    struct unpack u = unpack_begin(packed->data, packed->size);
    char *host = unpack_text(&u);
    json_t *rank = json_object();
    bool ok = host && rank && json_object_set_new(rank, "rank", json_integer(rank_number)) == 0 &&
              json_object_set_new(rank, "host", text(host)) == 0;

    ok = ok ? add_amounts(r, rank, &u, e) : no_memory(e);
    free(host);
    if (!ok || json_array_append(r->ranks, rank) != 0) {
        json_decref(rank);
        return ok ? no_memory(e) : false;
    }
    json_decref(rank);
    return true;
}

bool run_report_try(struct run_report *r, const struct failed_try *t, struct err *e)
{
    json_t *one = json_pack("{s:i, s:o, s:[I, I, I, I], s:o, s:i}", "rank", t->rank, "host",
                            text(t->host), "region", (json_int_t)t->region.x,
                            (json_int_t)t->region.y, (json_int_t)t->region.width,
                            (json_int_t)t->region.height, "op", text(t->op), "signal", t->signal);

    return (one && json_array_append_new(r->tries, one) == 0) || no_memory(e);
}

bool run_report_lost(struct run_report *r, int rank, const char *host, struct err *e)
{
    json_t *one = json_pack("{s:i, s:o}", "rank", rank, "host", text(host));

    return (one && json_array_append_new(r->lost, one) == 0) || no_memory(e);
}

bool run_report_pass(struct run_report *r, const char *op, const char *gathered, double seconds,
                     bool keeps, struct err *e)
{
    json_t *one = json_pack("{s:o, s:o, s:f, s:b}", "op", text(op), "gathered", text(gathered),
                            "seconds", seconds, "keeps", (int)keeps);

    return (one && json_array_append_new(r->passes, one) == 0) || no_memory(e);
}

bool run_report_scene(struct run_report *r, const struct scene_row *s, struct err *e)
{
    json_t *one =
        json_pack("{s:o, s:o, s:s, s:s, s:I, s:I, s:i, s:i, s:o, s:f}", "path", text(s->path),
                  "output", text(s->output), "state", s->state, "type", s->type, "width",
                  (json_int_t)s->width, "height", (json_int_t)s->height, "bands", s->bands, "rank",
                  s->rank, "host", text(s->host), "seconds", s->seconds);

    if (one && *s->why && json_object_set_new(one, "why", text(s->why)) != 0) {
        json_decref(one);
        one = NULL;
    }
    json_t *list = json_object_get(r->root, "scenes");
    if (!list && json_object_set_new(r->root, "scenes", json_array()) == 0)
        list = json_object_get(r->root, "scenes");
    return (one && json_array_append_new(list, one) == 0) || no_memory(e);
}

bool run_report_check(const char *path, struct err *e)
{
    return json_file_check("--report", path, e);
}

static bool dump(const void *report, FILE *to)
{
    const struct run_report *r = report;

    return json_dumpf(r->root, to, JSON_INDENT(2) | JSON_REAL_PRECISION(9)) == 0;
}

/* Adds up all numbers of a group of a rank. */
static bool add_group(json_t *node, const char *name, json_t *group, struct err *e)
{
    const char *key;
    json_t *value;

    json_object_foreach(group, key, value)
    {
        const json_t *so_far = json_object_get(json_object_get(node, name), key);
        const double a = json_number_value(so_far), b = json_number_value(value);
        const bool lasts = strcmp(key, "wall") == 0; /* side by side, not one after the other */
        if (!set(node, name, key, number(!lasts ? a + b : a > b ? a : b), e))
            return false;
    }
    return true;
}

/* The host of a rank among those that have been added up. */
static json_t *node_of(json_t *nodes, json_t *host, struct err *e)
{
    json_t *node;
    size_t i;

    json_array_foreach(nodes, i,
                       node) if (json_equal(json_object_get(node, "host"), host)) return node;
    node = json_pack("{s:O, s:i}", "host", host, "ranks", 0);
    if (node && json_array_append_new(nodes, node) == 0)
        return node;
    no_memory(e);
    return NULL;
}

static bool add_nodes(json_t *nodes, const json_t *ranks, struct err *e)
{
    json_t *rank, *group;
    const char *name;
    size_t i;

    json_array_foreach(ranks, i, rank)
    {
        json_t *node = node_of(nodes, json_object_get(rank, "host"), e);
        if (!node)
            return false;
        const json_int_t n = json_integer_value(json_object_get(node, "ranks"));
        if (json_object_set_new(node, "ranks", json_integer(n + 1)) != 0)
            return no_memory(e);
        json_object_foreach(rank, name, group) if (json_is_object(group) &&
                                                   !add_group(node, name, group, e)) return false;
    }
    return true;
}

bool run_report_write(struct run_report *r, const char *path, struct err *e)
{
    json_t *nodes = json_array();

    if (!nodes || json_object_set_new(r->root, "nodes", nodes) != 0)
        return no_memory(e);
    if (!add_nodes(nodes, r->ranks, e))
        return false;
    if (json_object_set(r->root, "ranks", r->ranks) != 0 ||
        json_object_set(r->root, "retries", r->tries) != 0 ||
        (json_array_size(r->passes) > 0 && json_object_set(r->root, "passes", r->passes) != 0) ||
        json_object_set(r->root, "lost", r->lost) != 0)
        return no_memory(e);
    return json_file_write("--report", path, dump, r, e);
}
