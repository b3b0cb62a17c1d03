/* ops.c - `tilery ops`: the list of ops and the help of one, from their descriptors.
 * SPDX-License-Identifier: MIT */
#include "commands.h"

#include "op_facts.h"
#include "ops/op.h"
#include "ops/temporal.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

struct args {
    bool json;
};

static const struct param params[] = {
    {"json", "as JSON, for programs", P_BOOL, offsetof(struct args, json), "false", NULL, 0, 0},
    {0},
};

/* Whether the type alone gives its output, so that it can be said to stay as it is. */
static bool stays(const struct op_facts *f, int t)
{
    bool alone = (int)f->type[t].output == t;

    for (int other = 0; other < PX_N_TYPES; other++)
        alone &= other == t || !f->type[other].taken || f->type[other].output != f->type[t].output;
    return alone;
}

/* Whether a line can speak of both types. */
static bool alike(const struct op_facts *f, int a, int b)
{
    const bool both_stay = stays(f, a) && stays(f, b);

    return f->type[b].taken && (both_stay || f->type[a].output == f->type[b].output) &&
           memcmp(f->type[a].bands, f->type[b].bands, sizeof f->type[a].bands) == 0;
}

/* " of 1 or 3 bands"; nothing when any number will do. */
static void print_bands(const bool *bands)
{
    int left = 0, n = 0;

    for (int b = 1; b <= OP_FACTS_BANDS; b++)
        left += bands[b];
    if (left == OP_FACTS_BANDS)
        return;
    const bool one = left == 1 && bands[1];
    for (int b = 1; b <= OP_FACTS_BANDS; b++)
        if (bands[b])
            printf("%s%d", n++ == 0 ? " of " : --left == 1 ? " or " : ", ", b);
    printf(" band%s", one ? "" : "s");
}

static void print_types(const struct op_facts *f)
{
    bool said[PX_N_TYPES] = {false};

    puts("Pixels (of the example):");
    for (int t = 0; t < PX_N_TYPES; t++) {
        if (!f->type[t].taken || said[t])
            continue;
        fputs(" ", stdout);
        for (int other = t; other < PX_N_TYPES; other++)
            if (alike(f, t, other)) {
                printf(" %s", pixel_name((enum pixel_type)other));
                said[other] = true;
            }
        print_bands(f->type[t].bands);
        printf(", giving %s\n", stays(f, t) ? "the same" : pixel_name(f->type[t].output));
    }
    putchar('\n');
}

static void print_halo(const struct op_facts *f)
{
    const struct reach *halo = &f->halo;

    if (!f->same_grid)
        puts("Halo: as the grid asks for");
    else if (halo->left + halo->up + halo->right + halo->down == 0)
        puts("Halo: none");
    else
        printf("Halo: %d left, %d up, %d right, %d down (of the example)\n", halo->left, halo->up,
               halo->right, halo->down);
}

/* As a shell takes it: words with characters it minds stand in quotes. */
static void print_example(const struct op *op)
{
    printf("Example: ! %s", op->name);
    for (const char *word = op->example ? op->example : ""; *word;) {
        const int n = (int)strcspn(word, " ");
        const bool bare = strcspn(word, ";{}|&*?") >= (size_t)n;
        printf(bare ? " %.*s" : " '%.*s'", n, word);
        word += n + (int)strspn(word + n, " ");
    }
    puts(" !\n");
}

static void print_op(const struct op *op, const struct op_facts *f)
{
    printf("%s - %s\n\n", op->name, op->summary);
    print_example(op);
    if (op->params && op->params->kind != P_END) {
        puts("Parameters:");
        params_print(op->params, stdout);
        putchar('\n');
    }
    print_types(f);
    print_halo(f);
    printf("Nodata: %s\nSource: %s\n", nodata_rules[op->nodata], op->source);
}

static json_t *param_as_json(const struct param *p)
{
    json_t *o = json_pack("{s:s, s:s, s:s}", "name", p->name, "kind", param_kind_name(p->kind),
                          "help", p->help);

    if (param_default(p))
        json_object_set_new(o, "default", json_string(param_default(p)));
    json_object_set_new(o, "required", json_boolean(param_is_required(p)));
    if (p->min < p->max) {
        json_object_set_new(o, "min", json_real(p->min));
        json_object_set_new(o, "max", json_real(p->max));
    }
    if (p->choices) {
        json_t *choices = json_array();
        for (int i = 0; p->choices[i]; i++)
            json_array_append_new(choices, json_string(p->choices[i]));
        json_object_set_new(o, "choices", choices);
    }
    return o;
}

static json_t *types_as_json(const struct op_facts *f)
{
    json_t *types = json_array();

    for (int t = 0; t < PX_N_TYPES; t++) {
        json_t *bands = json_array();
        for (int b = 1; b <= OP_FACTS_BANDS; b++)
            if (f->type[t].bands[b])
                json_array_append_new(bands, json_integer(b));
        if (f->type[t].taken)
            json_array_append_new(types, json_pack("{s:s, s:O, s:s}", "input",
                                                   pixel_name((enum pixel_type)t), "bands", bands,
                                                   "output", pixel_name(f->type[t].output)));
        json_decref(bands);
    }
    return types;
}

/* "of_example" lists what holds for the example and may not for other parameters. The halo of an op
 * with a grid of its own is null. */
static json_t *op_as_json(const struct op *op, const struct op_facts *f)
{
    json_t *list = json_array();
    json_t *o = json_pack("{s:s, s:s, s:s, s:b}", "name", op->name, "summary", op->summary,
                          "example", op->example ? op->example : "", "of_series", 0);

    for (const struct param *p = op->params; p && p->kind != P_END; p++)
        json_array_append_new(list, param_as_json(p));
    json_object_set_new(o, "parameters", list);
    json_object_set_new(o, "of_example", json_pack("[s, s]", "types", "halo"));
    json_object_set_new(o, "types", types_as_json(f));
    json_object_set_new(o, "halo",
                        f->same_grid
                            ? json_pack("{s:i, s:i, s:i, s:i}", "left", f->halo.left, "up",
                                        f->halo.up, "right", f->halo.right, "down", f->halo.down)
                            : json_null());
    json_object_set_new(o, "nodata", json_string(nodata_rules[op->nodata]));
    json_object_set_new(o, "source", json_string(op->source));
    return o;
}

/* The same keys; scenes of any number of bands are taken. */
static json_t *temporal_as_json(const struct temporal_op *op)
{
    json_t *list = json_array(), *types = json_array();
    enum pixel_type out;

    for (const struct param *p = op->params; p->kind != P_END; p++)
        json_array_append_new(list, param_as_json(p));
    for (int t = 0; t < PX_N_TYPES; t++)
        if (temporal_output(op, (enum pixel_type)t, &out))
            json_array_append_new(types, json_pack("{s:s, s:[i, i, i, i], s:s}", "input",
                                                   pixel_name((enum pixel_type)t), "bands", 1, 2, 3,
                                                   OP_FACTS_BANDS, "output", pixel_name(out)));
    return json_pack("{s:s, s:s, s:s, s:b, s:o, s:[], s:o, s:{s:i, s:i, s:i, s:i}, s:s, s:s}",
                     "name", op->name, "summary", op->summary, "example", "", "of_series", 1,
                     "parameters", list, "of_example", "types", types, "halo", "left", 0, "up", 0,
                     "right", 0, "down", 0, "nodata", temporal_nodata, "source", op->source);
}

/* NULL: *e is set. */
static json_t *all_as_json(struct err *e)
{
    json_t *out = json_array();
    struct op_facts facts;

    for (int i = 0; ops[i]; i++) {
        if (!op_facts_find(ops[i], &facts, e)) {
            json_decref(out);
            return NULL;
        }
        json_array_append_new(out, op_as_json(ops[i], &facts));
    }
    for (const struct temporal_op *op = temporal_ops; op->name; op++)
        json_array_append_new(out, temporal_as_json(op));
    return out;
}

/* One op as an object, all as an array. */
static int print_json(const struct op *only, const struct temporal_op *temporal)
{
    struct op_facts facts;
    struct err e;
    json_t *out = NULL;

    if (temporal)
        out = temporal_as_json(temporal);
    else if (!only)
        out = all_as_json(&e);
    else if (op_facts_find(only, &facts, &e))
        out = op_as_json(only, &facts);
    if (!out)
        return complain(&e);
    json_dumpf(out, stdout, JSON_INDENT(2) | JSON_REAL_PRECISION(12));
    putchar('\n');
    json_decref(out);
    return end_output();
}

static int print_temporal(const struct temporal_op *op)
{
    printf("%s - of the scenes of `stack`, pixel by pixel: %s\n\nExample: stack 'd/*.tif' ! %s ! "
           "write out.tif\n\n",
           op->name, op->summary, op->name);
    if (op->params->kind != P_END) {
        puts("Parameters:");
        params_print(op->params, stdout);
        putchar('\n');
    }
    printf("Nodata: %s\nSource: %s\n", temporal_nodata, op->source);
    return end_output();
}

static int print_text(const struct op *only)
{
    struct op_facts facts;
    struct err e;

    if (only) {
        if (!op_facts_find(only, &facts, &e))
            return complain(&e);
        print_op(only, &facts);
        return end_output();
    }
    for (int i = 0; ops[i]; i++)
        printf("%-20s %s\n", ops[i]->name, ops[i]->summary);
    puts("\nBehind `stack SCENE...`, of the values that a pixel has in its scenes:");
    for (const struct temporal_op *op = temporal_ops; op->name; op++)
        printf("%-20s %s\n", op->name, op->summary);
    puts("\n`tilery ops OP` prints the parameters of one.");
    return end_output();
}

int command_ops(struct words words)
{
    struct args args = {0};
    struct positionals names = {0};
    const struct temporal_op *temporal = NULL;
    const struct op *only = NULL;
    struct err e;

    if (wants_help(words)) {
        puts("Usage: tilery ops [OP] [--json]\n\nLists the ops, or prints the help of one.\n");
        params_print(params, stdout);
        return end_output();
    }
    bool ok = params_read("ops", params, words.n, words.item, &args, &names, &e);
    if (ok && names.n > 1)
        ok = err_usage(&e, "ops: one op at a time, not %d", names.n);
    if (ok && names.n == 1) {
        only = op_find(names.item[0]);
        temporal = temporal_find(names.item[0]);
        ok = only || temporal || op_check(names.item[0], 0, NULL, &e);
    }
    params_free(params, &args, &names);
    if (!ok)
        return complain(&e);
    if (args.json)
        return print_json(only, temporal);
    return temporal ? print_temporal(temporal) : print_text(only);
}
