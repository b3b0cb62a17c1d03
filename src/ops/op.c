/* op.c - the registry of ops and the graph of stages they build.
 * SPDX-License-Identifier: MIT */
#include "ops/reducer.h"
#include "ops/words.h"

#include "base/memory.h"
#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define OP(name) extern const struct op op_##name;
#include "ops/list.h"
#undef OP

const struct op *const ops[] = {
#define OP(name) &op_##name,
#include "ops/list.h"
#undef OP
    NULL,
};

const char *const border_names[] = {"constant",    "replicate", "reflect",
                                    "reflect-101", "wrap",      NULL};

const char *const nodata_rules[NODATA_N_RULES] = {
    [NODATA_POINT] = "each pixel by itself",
    [NODATA_NORMALIZED] = "a weighted sum, normalised over the pixels inside the data",
    [NODATA_VALID_ONLY] = "pixels outside the data are not seen",
    [NODATA_MOVED] = "pixels outside the data change places like the others",
};

const struct op *op_find(const char *name)
{
    for (int i = 0; ops[i]; i++)
        if (strcmp(ops[i]->name, name) == 0)
            return ops[i];
    return NULL;
}

static bool unknown(const char *name, struct err *e)
{
    enum { N_OPS = sizeof ops / sizeof ops[0] - 1 };
    const char *names[N_OPS];

    for (int i = 0; i < N_OPS; i++)
        names[i] = ops[i]->name;
    const char *nearest = text_nearest(name, names, N_OPS);
    if (nearest)
        return err_usage(e, "there is no op '%s'; did you mean '%s'?", name, nearest);
    return err_usage(e, "there is no op '%s'; `tilery ops` lists them", name);
}

/* The source stage of that scene, or -1. */
static int find_source(const struct stages *s, const char *scene)
{
    for (int i = 1; scene && i < s->n_sources; i++)
        if (s->source_names[i] && strcmp(s->source_names[i], scene) == 0)
            return i;
    return -1;
}

/* What is to be done with an op's arguments. */
struct request {
    struct stages *stages; /* its stages are wanted here, or NULL */
    bool needs, settles; /* what it needs to know is, or what it is when that is known, in words */
    struct format in;
    const void *gathered;
    struct buffer *words;
};

static bool prepare_words(const struct buffer *words, struct stages *s, struct err *e)
{
    struct word_list l;
    const bool ok = word_list_new(&l, words, e) && op_prepare(l.name, l.n_args, l.args, s, e);

    word_list_free(&l);
    return ok;
}

/* The op as it would be of a scene without pixels: what can be said of it before a scene is there.
 * (Jobs settle it before they plan.) */
static bool prepare_blank(const struct op *op, const void *values, const struct buffer *needed,
                          struct stages *s, struct err *e)
{
    const struct format in = s->list[s->current].out;
    struct buffer words = {0};
    struct reducing r;
    void *nothing = NULL;
    bool ok = reducing_new(&r, needed, e) && op->settle(values, in, NULL, NULL, e);

    if (ok) {
        nothing = memory_new(1, r.how->bytes(r.args, in), e);
        ok = nothing && op->settle(values, in, nothing, &words, e) && prepare_words(&words, s, e);
    }
    buffer_free(&words);
    reducing_free(&r);
    free(nothing);
    return ok;
}

static bool prepare(const struct op *op, int n_args, const char *const *args, const void *values,
                    struct stages *s, struct err *e)
{
    s->op_name = op->name;
    s->with = find_source(s, params_scene(op->params, n_args, args));
    s->keeps_values = op->keeps_values;
    const int first = s->n;
    if (s->sweep.how)
        return err_set(e, "%s: cannot follow an op of the whole scene (a defect)", op->name);
    struct buffer needed = {0};
    bool ok = !op->needs || op->needs(values, &needed, e);
    if (ok && needed.size > 0)
        ok = prepare_blank(op, values, &needed, s, e);
    else
        ok = ok && op->prepare(values, s->list[s->current].out, s, e);
    buffer_free(&needed);
    for (int i = first; ok && i < s->n; i++)
        s->list[i].keeps_values = s->keeps_values;
    return ok;
}

/* Reads the arguments, and does what is asked for. */
static bool read_args(const char *name, int n_args, const char *const *args,
                      const struct request *r, struct err *e)
{
    const struct op *op = op_find(name);

    if (!op)
        return unknown(name, e);
    void *values = memory_new(1, op->args_size, e);
    if (!values)
        return false;
    bool ok = params_read(op->name, op->params, n_args, args, values, NULL, e);
    if (ok && r->needs && op->needs)
        ok = op->needs(values, r->words, e);
    if (ok && r->stages)
        ok = prepare(op, n_args, args, values, r->stages, e);
    if (ok && r->settles)
        ok = op->settle(values, r->in, r->gathered, r->words, e);
    params_free(op->params, values, NULL);
    free(values);
    return ok;
}

bool op_needs(const char *name, int n_args, const char *const *args, struct buffer *words,
              struct err *e)
{
    const struct op *op = op_find(name);

    /* Its arguments may name files, which not every rank sees. */
    return (op && !op->needs) ||
           read_args(name, n_args, args, &(struct request){.needs = true, .words = words}, e);
}

bool op_settle(const char *name, int n_args, const char *const *args, struct format in,
               const void *gathered, struct buffer *words, struct err *e)
{
    const struct request r = {.settles = true, .in = in, .gathered = gathered, .words = words};

    return read_args(name, n_args, args, &r, e);
}

bool op_check(const char *name, int n_args, const char *const *args, struct err *e)
{
    return read_args(name, n_args, args, &(struct request){0}, e);
}

bool op_scene(const char *name, int n_args, const char *const *args, const char **scene,
              struct err *e)
{
    const struct op *op = op_find(name);

    *scene = op ? params_scene(op->params, n_args, args) : NULL;
    return op_check(name, n_args, args, e);
}

bool op_prepare(const char *name, int n_args, const char *const *args, struct stages *s,
                struct err *e)
{
    return read_args(name, n_args, args, &(struct request){.stages = s}, e);
}

bool op_takes(const char *op, row_kernel *const table[PX_N_KERNEL_TYPES], enum pixel_type type,
              struct err *e)
{
    char taken[200] = "";

    if (type < PX_N_KERNEL_TYPES && table[type])
        return true;
    for (int t = 0; t < PX_N_KERNEL_TYPES; t++)
        if (table[t]) {
            size_t used = strlen(taken);
            snprintf(taken + used, sizeof taken - used, "%s%s", used ? ", " : "",
                     pixel_name((enum pixel_type)t));
        }
    return err_usage(e,
                     "%s: %s pixels are not supported; it takes %s (put `convert-to --type=…` "
                     "before it)",
                     op, pixel_name(type), taken);
}

void *stages_state(struct stages *s, size_t size, struct err *e)
{
    void **owned = realloc(s->owned, ((size_t)s->n_owned + 1) * sizeof *owned);

    if (!owned) {
        err_set(e, "out of memory: a list of %d states was wanted", s->n_owned + 1);
        return NULL;
    }
    s->owned = owned;
    void *state = memory_new(1, size, e);
    if (state)
        s->owned[s->n_owned++] = state;
    return state;
}

bool stages_add(struct stages *s, const struct stage *stage, struct err *e)
{
    if (s->n == s->capacity) {
        int capacity = s->capacity ? 2 * s->capacity : 8;
        struct stage *list = realloc(s->list, (size_t)capacity * sizeof *list);
        if (!list)
            return err_set(e, "out of memory: a list of %d stages was wanted", capacity);
        s->list = list;
        s->capacity = capacity;
    }
    s->list[s->n] = *stage;
    s->list[s->n].name = s->op_name;
    s->current = s->n++;
    return true;
}

bool stages_add_row(struct stages *s, row_kernel *row, const void *state, struct format out,
                    struct reach reach, struct border border, struct err *e)
{
    const struct stage stage = {
        .in = {{.stage = s->current, .reach = reach, .border = border}},
        .n_in = 1,
        .out = out,
        .row = row,
        .state = state,
    };

    return stages_add(s, &stage, e);
}

/* Whether the type holds all values of the other. */
static bool holds(enum pixel_type type, enum pixel_type other)
{
    const bool exact =
        !pixel_is_float(type) || pixel_is_float(other) || pixel_size(type) > pixel_size(other);

    return exact && pixel_lowest(type) <= pixel_lowest(other) &&
           pixel_highest(type) >= pixel_highest(other);
}

/* The first type that holds all values of both; float64 when none does. */
static enum pixel_type wider(enum pixel_type a, enum pixel_type b)
{
    for (int t = 0; t < PX_N_KERNEL_TYPES; t++)
        if (holds((enum pixel_type)t, a) && holds((enum pixel_type)t, b))
            return (enum pixel_type)t;
    return PX_FLOAT64;
}

bool stages_with(struct stages *s, struct format in, struct format *other, struct err *e)
{
    if (s->with < 0)
        return err_set(e, "%s: its other scene is not among the sources (a defect)", s->op_name);
    const char *name = s->source_names[s->with];
    *other = s->list[s->with].out;
    if (other->width != in.width || other->height != in.height)
        return err_usage(e,
                         "%s: --with=%s has %lldx%lld pixels, the scene before it %lldx%lld; "
                         "the grids must be the same",
                         s->op_name, name, (long long)other->width, (long long)other->height,
                         (long long)in.width, (long long)in.height);
    if (other->type != in.type)
        return err_usage(e,
                         "%s: --with=%s has %s pixels, the scene before it %s; make both %s "
                         "(convert-to changes the type)",
                         s->op_name, name, pixel_name(other->type), pixel_name(in.type),
                         pixel_name(wider(other->type, in.type)));
    return true;
}

bool stages_same_bands(const struct stages *s, struct format in, struct format other, struct err *e)
{
    return other.bands == in.bands ||
           err_usage(e, "%s: --with=%s has %d band%s, the scene before it %d; they must be as many",
                     s->op_name, s->source_names[s->with], other.bands, text_s(other.bands),
                     in.bands);
}

void stages_free(struct stages *s)
{
    for (int i = 0; i < s->n_owned; i++)
        free(s->owned[i]);
    free(s->owned);
    free(s->list);
    *s = (struct stages){0};
}
