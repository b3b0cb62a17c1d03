/* ops.c - `tilery ops`: the list of ops and the help of one, from their descriptors.
 * SPDX-License-Identifier: MIT */
#include "commands.h"

#include "ops/op.h"

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

static void print_op(const struct op *op)
{
    printf("%s - %s\n\n", op->name, op->summary);
    if (op->params && op->params->kind != P_END) {
        puts("Parameters:");
        params_print(op->params, stdout);
        putchar('\n');
    }
    printf("Source: %s\n", op->source);
}

static json_t *param_as_json(const struct param *p)
{
    json_t *o = json_pack("{s:s, s:s, s:s}", "name", p->name, "kind", param_kind_name(p->kind),
                          "help", p->help);

    if (p->preset)
        json_object_set_new(o, "default", json_string(p->preset));
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

static json_t *op_as_json(const struct op *op)
{
    json_t *list = json_array();

    for (const struct param *p = op->params; p && p->kind != P_END; p++)
        json_array_append_new(list, param_as_json(p));
    return json_pack("{s:s, s:s, s:s, s:o}", "name", op->name, "summary", op->summary, "source",
                     op->source, "parameters", list);
}

/* One op as an object, all as an array. */
static int print_json(const struct op *only)
{
    json_t *out = only ? op_as_json(only) : json_array();

    for (int i = 0; !only && ops[i]; i++)
        json_array_append_new(out, op_as_json(ops[i]));
    json_dumpf(out, stdout, JSON_INDENT(2) | JSON_REAL_PRECISION(12));
    putchar('\n');
    json_decref(out);
    return end_output();
}

static int print_text(const struct op *only)
{
    if (only)
        print_op(only);
    for (int i = 0; !only && ops[i]; i++)
        printf("%-20s %s\n", ops[i]->name, ops[i]->summary);
    if (!only)
        puts("\n`tilery ops OP` prints the parameters of one.");
    return end_output();
}

int command_ops(struct words words)
{
    struct args args = {0};
    struct positionals names = {0};
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
        ok = only || op_check(names.item[0], 0, NULL, &e);
    }
    params_free(params, &args, &names);
    if (!ok)
        return complain(&e);
    return args.json ? print_json(only) : print_text(only);
}
