/* temporal.c - the statistics of series: their names and arguments.
 * SPDX-License-Identifier: MIT */
#include "ops/temporal.h"

#include "temporal_rows.h"

#include "base/text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct args {
    int ddof, dtype;
    struct real_given nodata;
    struct numbers times;
};

enum { DTYPE_FLOAT32, DTYPE_FLOAT64 };
static const char *const dtypes[] = {"float32", "float64", NULL};

#define DTYPE                                                                                      \
    {                                                                                              \
        "dtype", "pixel type of the result", P_CHOICE, offsetof(struct args, dtype), "float32",    \
            dtypes, 0, 0                                                                           \
    }
#define NODATA                                                                                     \
    {                                                                                              \
        "nodata",                                                                                  \
            "what pixels without any value become, in integer types (0: the scenes' own nodata "   \
            "value if they have one)",                                                             \
            P_REAL_GIVEN, offsetof(struct args, nodata), "0", NULL, 0, 0                           \
    }

static const struct param none[] = {{0}};
static const struct param float_params[] = {DTYPE, {0}};
static const struct param ddof_params[] = {
    {"ddof", "the divisor is the number of values less this", P_INT, offsetof(struct args, ddof),
     "0", NULL, 0, 1000},
    DTYPE,
    {0},
};
static const struct param extreme_params[] = {NODATA, {0}};
static const struct param trend_params[] = {
    {"times", "time of each scene, numbers or a file of them (default: 0, 1, 2 …)", P_NUMBERS,
     offsetof(struct args, times), NULL, NULL, 0, 0},
    DTYPE,
    {0},
};

const struct temporal_op temporal_ops[] = {
    {"temporal-argmax", "the number of the scene with the largest value, from 0", none,
     TEMPORAL_ARGMAX, "numpy, argmax over the scenes"},
    {"temporal-argmin", "the number of the scene with the smallest value, from 0", none,
     TEMPORAL_ARGMIN, "numpy, argmin over the scenes"},
    {"temporal-count", "how many scenes have a value", none, TEMPORAL_COUNT,
     "numpy, count of what is not masked"},
    {"temporal-max", "the largest value", extreme_params, TEMPORAL_MAX,
     "numpy, max over the scenes"},
    {"temporal-mean", "the mean of the values", float_params, TEMPORAL_MEAN,
     "numpy, mean over the scenes in float64"},
    {"temporal-median", "the median of the values; of an even number the mean of the middle two",
     float_params, TEMPORAL_MEDIAN, "numpy, median over the scenes"},
    {"temporal-min", "the smallest value", extreme_params, TEMPORAL_MIN,
     "numpy, min over the scenes"},
    {"temporal-stddev", "the standard deviation of the values", ddof_params, TEMPORAL_STDDEV,
     "numpy, std over the scenes in float64"},
    {"temporal-trend", "the slope of the least-squares line through the values", trend_params,
     TEMPORAL_TREND, "numpy, polyfit of degree 1"},
    {"temporal-variance", "the variance of the values", ddof_params, TEMPORAL_VARIANCE,
     "numpy, var over the scenes in float64"},
    {0},
};

const char temporal_nodata[] =
    "pixels outside the data are left out; a pixel that is outside in all scenes stays so";

const struct temporal_op *temporal_find(const char *name)
{
    for (const struct temporal_op *op = temporal_ops; op->name; op++)
        if (strcmp(op->name, name) == 0)
            return op;
    return NULL;
}

static bool unknown(const char *name, struct err *e)
{
    enum { N = sizeof temporal_ops / sizeof temporal_ops[0] - 1 };
    const char *names[N];

    for (int i = 0; i < N; i++)
        names[i] = temporal_ops[i].name;
    const char *nearest = text_nearest(name, names, N);
    return err_usage(e, "there is no op '%s' of series%s%s%s", name,
                     nearest ? "; did you mean '" : "", nearest ? nearest : "",
                     nearest ? "'?" : "");
}

static bool read_args(const char *name, int n_args, const char *const *words, struct args *args,
                      const struct temporal_op **op, struct err *e)
{
    *op = temporal_find(name);
    return *op ? params_read(name, (*op)->params, n_args, words, args, NULL, e) : unknown(name, e);
}

bool temporal_check(const char *name, int n_args, const char *const *args, struct err *e)
{
    struct args values = {0};
    const struct temporal_op *op;
    const bool ok = read_args(name, n_args, args, &values, &op, e);

    if (op)
        params_free(op->params, &values, NULL);
    return ok;
}

/* Float results are NaN where there is no value. */
static bool choose_nodata(struct temporal *t, const struct args *args,
                          const struct temporal_series *series, struct err *e)
{
    const bool given = args->nodata.given;

    t->says_nodata = t->has_gaps && t->op->stat != TEMPORAL_COUNT;
    if (pixel_is_float(t->out))
        t->nodata = NAN;
    else if (t->op->stat == TEMPORAL_ARGMIN || t->op->stat == TEMPORAL_ARGMAX)
        t->nodata = -1;
    else if (t->op->stat == TEMPORAL_MIN || t->op->stat == TEMPORAL_MAX) {
        t->nodata = given ? args->nodata.value : series->nodata;
        if (t->says_nodata && !given && !series->has_nodata)
            return err_usage(e,
                             "%s: the scenes have a mask and no nodata value; say what pixels "
                             "without any value are to be: --nodata=VALUE",
                             t->op->name);
    }
    return true;
}

static bool choose_times(struct temporal *t, const struct args *args, struct err *e)
{
    const struct numbers *times = &args->times;

    if (!times->v)
        return true;
    if (times->rows * times->columns != t->n)
        return err_usage(e, "%s: --times has %d numbers for %d scenes", t->op->name,
                         times->rows * times->columns, t->n);
    t->times = memory_new((size_t)t->n, sizeof *t->times, e);
    if (t->times)
        memcpy(t->times, times->v, (size_t)t->n * sizeof *t->times);
    return t->times != NULL;
}

static enum pixel_type choose_type(enum temporal_stat stat, const struct args *args,
                                   enum pixel_type in)
{
    switch (stat) {
    case TEMPORAL_MIN:
    case TEMPORAL_MAX:
        return in;
    case TEMPORAL_COUNT:
        return PX_UINT32;
    case TEMPORAL_ARGMIN:
    case TEMPORAL_ARGMAX:
        return PX_INT32;
    default:
        return args->dtype == DTYPE_FLOAT64 ? PX_FLOAT64 : PX_FLOAT32;
    }
}

bool temporal_read(struct temporal *t, const char *name, int n_args, const char *const *words,
                   const struct temporal_series *series, struct err *e)
{
    struct args args = {0};

    *t = (struct temporal){.in = series->type, .n = series->n, .has_gaps = series->has_gaps};
    bool ok = read_args(name, n_args, words, &args, &t->op, e);
    if (ok && series->type >= PX_N_KERNEL_TYPES)
        ok = err_usage(e, "%s: %s pixels are not supported (put `convert-to --type=…` before it)",
                       name, pixel_name(series->type));
    t->ddof = args.ddof;
    if (ok)
        t->out = choose_type((enum temporal_stat)t->op->stat, &args, t->in);
    ok = ok && choose_nodata(t, &args, series, e) && choose_times(t, &args, e);
    if (t->op)
        params_free(t->op->params, &args, NULL);
    return ok;
}

bool temporal_output(const struct temporal_op *op, enum pixel_type in, enum pixel_type *out)
{
    const struct temporal_series series = {.type = in, .n = 2};
    struct temporal t;
    struct err ignored;
    const bool ok = temporal_read(&t, op->name, 0, NULL, &series, &ignored);

    *out = t.out;
    temporal_free(&t);
    return ok;
}

void temporal_free(struct temporal *t)
{
    free(t->times);
    t->times = NULL;
}
