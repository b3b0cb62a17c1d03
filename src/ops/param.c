/* param.c - tables of named parameters, read from text.
 * SPDX-License-Identifier: MIT */
#include "ops/param.h"

#include "base/base64.h"
#include "base/pixel.h"
#include "base/text.h"
#include "ops/numbers.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char *const kind_names[] = {
    [P_INT] = "integer",       [P_REAL] = "number",     [P_MAYBE] = "number",
    [P_REAL_GIVEN] = "number", [P_BOOL] = "true|false", [P_CHOICE] = "choice",
    [P_TEXT] = "text",         [P_SCENE] = "scene",     [P_NUMBERS] = "a,b;c,d or file",
    [P_BASE64] = "base64",     [P_SIZE] = "N or WxH",   [P_POINT] = "x,y",
    [P_TYPE] = "pixel type",   [P_BYTES] = "bytes",     [P_LIST] = "text, repeatable",
};

const char *param_kind_name(enum param_kind kind)
{
    return kind_names[kind];
}

const char param_required[] = "";

/* Parameters of these kinds have a value that says "not given". */
static bool may_be_absent(enum param_kind kind)
{
    return kind == P_MAYBE || kind == P_TEXT || kind == P_SCENE || kind == P_NUMBERS ||
           kind == P_BASE64 || kind == P_BYTES || kind == P_LIST;
}

bool param_is_required(const struct param *p)
{
    return p->preset == param_required ||
           (!p->preset && !may_be_absent(p->kind) && p->kind != P_BOOL);
}

const char *param_default(const struct param *p)
{
    return p->preset == param_required ? NULL : p->preset;
}

static bool list_append(const char ***item, int *n, const char *text, struct err *e)
{
    const char **grown = realloc(*item, ((size_t)*n + 1) * sizeof *grown);

    if (!grown)
        return err_set(e, "out of memory: a list of %d texts was wanted", *n + 1);
    grown[(*n)++] = text;
    *item = grown;
    return true;
}

static bool in_bounds(const struct param *p, double v)
{
    return p->min == p->max || (v >= p->min && v <= p->max);
}

static bool bounds_error(const char *who, const struct param *p, const char *text, struct err *e)
{
    return err_usage(e, "%s: --%s=%s is out of range; it goes from %.10g to %.10g", who, p->name,
                     text, p->min, p->max);
}

/* Of the kinds whose text can be wrong by itself. */
static const char *const wrong_texts[] = {
    [P_INT] = "is no integer",
    [P_REAL] = "is no number",
    [P_MAYBE] = "is no number",
    [P_REAL_GIVEN] = "is no number",
    [P_BOOL] = "is neither true nor false",
    [P_SIZE] = "is not of the form N or WxH",
    [P_POINT] = "is not of the form x,y",
    [P_BASE64] = "is no base64",
    [P_BYTES] = "is no number of bytes, such as 512, 400M or 2G",
};

static bool kind_error(const char *who, const struct param *p, const char *text, struct err *e)
{
    return err_usage(e, "%s: --%s='%s' %s (%s)", who, p->name, text, wrong_texts[p->kind], p->help);
}

static bool store_choice(const char *who, const struct param *p, const char *text, int *out,
                         struct err *e)
{
    char all[300] = "";
    int n = 0;

    for (; p->choices[n]; n++) {
        if (strcmp(p->choices[n], text) == 0) {
            *out = n;
            return true;
        }
        size_t used = strlen(all);
        snprintf(all + used, sizeof all - used, "%s%s", n ? ", " : "", p->choices[n]);
    }
    return err_usage(e, "%s: --%s='%s' is none of %s", who, p->name, text, all);
}

static bool store_ints(const char *who, const struct param *p, const char *text, void *at,
                       struct err *e)
{
    int64_t v[2];
    bool ok = false;

    if (p->kind == P_POINT)
        ok = text_to_i64s(text, ',', 2, v);
    else if (p->kind == P_INT)
        ok = text_to_i64(text, &v[0]);
    else if (strchr(text, 'x'))
        ok = text_to_i64s(text, 'x', 2, v);
    else
        ok = text_to_i64(text, &v[0]);
    if (!ok)
        return kind_error(who, p, text, e);
    if (p->kind == P_INT || (p->kind == P_SIZE && !strchr(text, 'x')))
        v[1] = v[0];
    if (!in_bounds(p, (double)v[0]) || !in_bounds(p, (double)v[1]))
        return bounds_error(who, p, text, e);
    if (p->kind == P_POINT) {
        *(struct point2 *)at = (struct point2){v[0], v[1]};
        return true;
    }
    if (v[0] < INT32_MIN || v[0] > INT32_MAX || v[1] < INT32_MIN || v[1] > INT32_MAX)
        return err_usage(e, "%s: --%s=%s is too large a number", who, p->name, text);
    if (p->kind == P_INT)
        *(int *)at = (int)v[0];
    else
        *(struct size2 *)at = (struct size2){(int)v[0], (int)v[1]};
    return true;
}

static bool store_type(const char *who, const struct param *p, const char *text, int *out,
                       struct err *e)
{
    enum pixel_type type;

    if (strcmp(text, "same") == 0) {
        *out = PX_SAME;
        return true;
    }
    if (!pixel_from_name(text, &type))
        return err_usage(e,
                         "%s: --%s='%s' is no pixel type; there are uint8, uint16, int16, uint32, "
                         "int32, uint64, int64, float32, float64",
                         who, p->name, text);
    *out = (int)type;
    return true;
}

static bool store_octets(const char *who, const struct param *p, const char *text,
                         struct octets *out, struct err *e)
{
    const size_t n = strlen(text);

    free(out->data);
    *out = (struct octets){.data = memory_raw(base64_bytes(n), 1, e)};
    if (!out->data)
        return false;
    return base64_decode(text, n, out->data, &out->n) ||
           err_usage(e, "%s: --%s=%.20s... %s (%s)", who, p->name, text, wrong_texts[p->kind],
                     p->help);
}

static bool store(const char *who, const struct param *p, const char *text, void *values,
                  struct err *e)
{
    void *at = (char *)values + p->offset;
    double real;

    switch (p->kind) {
    case P_REAL:
    case P_MAYBE:
    case P_REAL_GIVEN:
        if (!text_to_real(text, &real))
            return kind_error(who, p, text, e);
        if (!in_bounds(p, real))
            return bounds_error(who, p, text, e);
        if (p->kind == P_REAL_GIVEN)
            *(struct real_given *)at = (struct real_given){real, text != p->preset};
        else
            *(double *)at = real;
        return true;
    case P_BOOL:
        return text_to_bool(text, at) || kind_error(who, p, text, e);
    case P_CHOICE:
        return store_choice(who, p, text, at, e);
    case P_TEXT:
    case P_SCENE:
        *(const char **)at = text;
        return true;
    case P_NUMBERS:
        numbers_free(at);
        return numbers_read(at, text, e) || err_context(e, "%s: --%s", who, p->name);
    case P_BASE64:
        return store_octets(who, p, text, at, e);
    case P_TYPE:
        return store_type(who, p, text, at, e);
    case P_BYTES:
        return text_to_bytes(text, at) || kind_error(who, p, text, e);
    case P_LIST:
        return list_append(&((struct text_list *)at)->item, &((struct text_list *)at)->n, text, e);
    case P_INT:
    case P_SIZE:
    case P_POINT:
    case P_END:
        break;
    }
    return store_ints(who, p, text, at, e);
}

static const struct param *find(const struct param *params, const char *name, size_t length)
{
    for (const struct param *p = params; p && p->kind != P_END; p++)
        if (strlen(p->name) == length && strncmp(p->name, name, length) == 0)
            return p;
    return NULL;
}

static bool unknown(const char *who, const struct param *params, const char *name, size_t length,
                    struct err *e)
{
    const char *names[64];
    char word[64];
    int n = 0;

    for (const struct param *p = params; p && p->kind != P_END && n < 64; p++)
        names[n++] = p->name;
    snprintf(word, sizeof word, "%.*s", (int)length, name);
    const char *nearest = text_nearest(word, names, n);
    if (nearest)
        return err_usage(e, "%s: there is no --%s; did you mean --%s?", who, word, nearest);
    if (n == 0)
        return err_usage(e, "%s: there is no --%s; it takes no parameters", who, word);
    return err_usage(e, "%s: there is no --%s; see its --help", who, word);
}

bool param_takes_value(const struct param *params, const char *name, bool *found)
{
    const struct param *p = find(params, name, strlen(name));

    *found = p != NULL;
    return p && p->kind != P_BOOL;
}

static bool set_defaults(const char *who, const struct param *params, void *values, struct err *e)
{
    for (const struct param *p = params; p && p->kind != P_END; p++) {
        if (p->kind == P_MAYBE)
            *(double *)((char *)values + p->offset) = NAN;
        if (param_default(p) && !store(who, p, param_default(p), values, e))
            return false;
    }
    return true;
}

static bool check_required(const char *who, const struct param *params, const bool *given,
                           struct err *e)
{
    for (const struct param *p = params; p && p->kind != P_END; p++) {
        if (param_is_required(p) && !given[p - params])
            return err_usage(e, "%s: --%s is missing (%s)", who, p->name, p->help);
    }
    return true;
}

bool params_read(const char *who, const struct param *params, int n_args, const char *const *args,
                 void *values, struct positionals *positional, struct err *e)
{
    bool given[64] = {false};

    if (!set_defaults(who, params, values, e))
        return false;
    for (int i = 0; i < n_args; i++) {
        const char *arg = args[i];
        if (strncmp(arg, "--", 2) != 0 || arg[2] == '\0') {
            if (!positional)
                return err_usage(e,
                                 "%s: '%s' is not expected here; parameters look like --name=value",
                                 who, arg);
            if (!list_append(&positional->item, &positional->n, arg, e))
                return false;
            continue;
        }
        size_t length = strcspn(arg + 2, "=");
        const struct param *p = find(params, arg + 2, length);
        if (!p)
            return unknown(who, params, arg + 2, length, e);
        if (given[p - params] && p->kind != P_LIST)
            return err_usage(e, "%s: --%s is given twice", who, p->name);
        given[p - params] = true;
        const char *text = arg[2 + length] == '=' ? arg + 3 + length : NULL;
        if (!text && p->kind == P_BOOL)
            text = "true";
        if (!text && i + 1 < n_args)
            text = args[++i];
        if (!text)
            return err_usage(e, "%s: --%s needs a value (%s)", who, p->name, p->help);
        if (!store(who, p, text, values, e))
            return false;
    }
    return check_required(who, params, given, e);
}

void params_free(const struct param *params, void *values, struct positionals *positional)
{
    for (const struct param *p = params; p && p->kind != P_END; p++)
        if (p->kind == P_NUMBERS) {
            numbers_free((struct numbers *)((char *)values + p->offset));
        } else if (p->kind == P_BASE64) {
            struct octets *o = (struct octets *)((char *)values + p->offset);
            free(o->data);
            *o = (struct octets){0};
        } else if (p->kind == P_LIST) {
            struct text_list *list = (struct text_list *)((char *)values + p->offset);
            free(list->item);
            *list = (struct text_list){0};
        }
    if (positional) {
        free(positional->item);
        *positional = (struct positionals){0};
    }
}

void params_print(const struct param *params, FILE *out)
{
    for (const struct param *p = params; p && p->kind != P_END; p++) {
        char left[80];

        if (p->kind == P_BOOL)
            snprintf(left, sizeof left, "--%s", p->name);
        else
            snprintf(left, sizeof left, "--%s=%s", p->name,
                     p->kind == P_CHOICE ? "NAME" : kind_names[p->kind]);
        fprintf(out, "  %-28s %s", left, p->help);
        if (p->kind == P_CHOICE) {
            fputs(":", out);
            for (int i = 0; p->choices[i]; i++)
                fprintf(out, " %s", p->choices[i]);
        }
        if (param_default(p))
            fprintf(out, " (default %s)", param_default(p));
        else if (param_is_required(p))
            fputs(" (required)", out);
        fputc('\n', out);
    }
}

/* The value of --name=value or --name value; NULL when arg i does not name p. */
static const char *value_of(const struct param *p, int n_args, const char *const *args, int i)
{
    assert(p->name); /* all but the last have one */
    const size_t n = strlen(p->name);

    if (strncmp(args[i], "--", 2) != 0 || strncmp(args[i] + 2, p->name, n) != 0)
        return NULL;
    if (args[i][2 + n] == '=')
        return args[i] + 3 + n;
    return args[i][2 + n] == '\0' && i + 1 < n_args ? args[i + 1] : NULL;
}

const char *params_scene(const struct param *params, int n_args, const char *const *args)
{
    for (const struct param *p = params; p && p->kind != P_END; p++)
        for (int i = 0; p->kind == P_SCENE && i < n_args; i++)
            if (value_of(p, n_args, args, i))
                return value_of(p, n_args, args, i);
    return NULL;
}

bool params_inline(const struct param *params, int n_args, const char *const *args, int i,
                   char **arg, struct err *e)
{
    *arg = NULL;
    for (const struct param *p = params; p && p->kind != P_END; p++) {
        const char *text = p->kind == P_NUMBERS ? value_of(p, n_args, args, i) : NULL;
        if (text && numbers_is_file(text))
            return numbers_inline(text, p->name, arg, e);
    }
    return true;
}
