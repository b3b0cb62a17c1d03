/* param.h - tables of named parameters: of ops, sources, sinks and commands, read the same way.
 *
 * A table drives the reading of --name=value, the checks, the defaults and the help text. It ends
 * with {0}. Values are stored at an offset of a plain struct.
 * SPDX-License-Identifier: MIT */
#ifndef OPS_PARAM_H
#define OPS_PARAM_H

#include "base/err.h"
#include "base/memory.h"
#include "ops/numbers.h"

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

struct size2 {
    int width, height;
};

struct point2 {
    int64_t x, y;
};

/* What is too much for numbers: made by ops for themselves, hardly by people. */
struct octets {
    unsigned char *data;
    size_t n;
};

/* A number, and whether the user gave it or it is the default. */
struct real_given {
    double value;
    bool given;
};

/* Repeatable values, in order. */
struct text_list {
    const char **item;
    int n;
};

enum param_kind {
    P_END = 0,
    P_INT,        /* int */
    P_REAL,       /* double */
    P_MAYBE,      /* double; NAN when not given */
    P_REAL_GIVEN, /* struct real_given */
    P_BOOL,       /* bool; --name alone means true */
    P_CHOICE,     /* int: index into choices */
    P_TEXT,       /* const char *, borrowed from the arguments; NULL when not given */
    P_SIZE,       /* struct size2: N or WxH, each within min..max */
    P_POINT,      /* struct point2: x,y */
    P_TYPE,       /* enum pixel_type, as int; default "same" is PX_SAME */
    P_BYTES,      /* size_t: 512, 400M, 2G; 0 when not given */
    P_SCENE,      /* const char *: a scene besides the pipeline's own; NULL when not given */
    P_NUMBERS,    /* struct numbers: a,b;c,d or a file of them; v is NULL when not given */
    P_BASE64,     /* struct octets: in base64; data is NULL when not given */
    P_LIST,       /* struct text_list: may be repeated; items borrowed */
};

struct param {
    const char *name, *help;
    enum param_kind kind;
    size_t offset;
    const char *preset;         /* the default as the user would type it; NULL: none; it is then
                                   required, unless its kind has a value for `not given` */
    const char *const *choices; /* P_CHOICE: names, then NULL */
    double min, max;            /* numbers, P_SIZE, P_POINT: inclusive bounds; unused if equal */
};

/* The preset of a parameter that is required although its kind can say `not given`. */
extern const char param_required[];

/* Arguments without a name, in order. */
struct positionals {
    const char **item;
    int n;
};

/* Reads args ("--name=value", "--name value", "--flag", others are positional) into *values, which
 * has had all its bytes zeroed, after setting every default. `who` names the op or command in
 * messages. positional may be NULL: then there must be none. Allocations (lists, positionals) are
 * freed with params_free. Fails with err_usage naming who, the parameter and the remedy. */
bool params_read(const char *who, const struct param *params, int n_args, const char *const *args,
                 void *values, struct positionals *positional, struct err *e) MUST_CHECK;

/* Frees what params_read allocated inside *values and *positional. */
void params_free(const struct param *params, void *values, struct positionals *positional);

/* Whether "--name" (without its dashes) is a parameter of the table that takes a value: the parser
 * of pipelines needs to know for "--name value". *found: whether it is in the table at all. */
bool param_takes_value(const struct param *params, const char *name, bool *found);

/* Whether params_read fails without it. */
bool param_is_required(const struct param *p);

/* Its default as the user would type it; NULL when there is none. */
const char *param_default(const struct param *p);

/* The value of the first P_SCENE parameter among args, borrowed; NULL when there is none. */
const char *params_scene(const struct param *params, int n_args, const char *const *args);

/* Where args[i] names a file of numbers (P_NUMBERS), *arg is what to put in its place, to be freed:
 * the file's numbers, for ranks that cannot see the file. When args[i] stands alone and its value
 * after it, the result is for both. Else *arg is NULL. Fails if the file cannot be read. */
bool params_inline(const struct param *params, int n_args, const char *const *args, int i,
                   char **arg, struct err *e) MUST_CHECK;

/* One line a parameter, for --help. */
void params_print(const struct param *params, FILE *out);

const char *param_kind_name(enum param_kind kind);

#endif
