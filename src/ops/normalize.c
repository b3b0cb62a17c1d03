/* normalize.c - OpenCV's normalize by minimum and maximum or by a norm, given or those of the whole
 * scene.
 * SPDX-License-Identifier: MIT */
#include "ops/convert.h"
#include "ops/norm.h"
#include "ops/reducer.h"
#include "ops/words.h"

#include <float.h>
#include <math.h>

struct args {
    double alpha, beta, min, max, norm;
    int norm_type, dtype;
};

enum { MINMAX, L1, L2, INF };
static const char *const norm_types[] = {"minmax", "l1", "l2", "inf", NULL};

static const struct param params[] = {
    {"alpha", "one end of the new range, or the new norm", P_REAL, offsetof(struct args, alpha),
     "1", NULL, 0, 0},
    {"beta", "its other end", P_REAL, offsetof(struct args, beta), "0", NULL, 0, 0},
    {"norm-type",
     "what is normalised: the range, or the sum of magnitudes (l1), the root of the sum of squares "
     "(l2) or the largest magnitude (inf)",
     P_CHOICE, offsetof(struct args, norm_type), "minmax", norm_types, 0, 0},
    {"min", "the lowest value, which becomes the lower end (default: the scene's, over all bands)",
     P_MAYBE, offsetof(struct args, min), NULL, NULL, 0, 0},
    {"max", "the highest value, which becomes the upper end (default: the scene's)", P_MAYBE,
     offsetof(struct args, max), NULL, NULL, 0, 0},
    {"norm", "the norm that becomes alpha (default: the scene's, over all bands)", P_MAYBE,
     offsetof(struct args, norm), NULL, NULL, 0, DBL_MAX},
    {"dtype", "pixel type of the result", P_TYPE, offsetof(struct args, dtype), "same", NULL, 0, 0},
    {0},
};

static bool check_type(struct format in, struct err *e)
{
    return in.type < PX_N_KERNEL_TYPES ||
           err_usage(e,
                     "normalize: %s pixels are not supported (put `convert-to --type=…` before it)",
                     pixel_name(in.type));
}

static bool check_args(const struct args *a, struct err *e)
{
    if (a->norm_type == MINMAX ? isnan(a->norm) : isnan(a->min) && isnan(a->max))
        return true;
    return err_usage(e, "normalize: --norm-type=%s is not by %s", norm_types[a->norm_type],
                     a->norm_type == MINMAX ? "--norm" : "--min and --max");
}

/* Whether the scene must be asked. */
static bool is_open(const struct args *a)
{
    return a->norm_type == MINMAX ? isnan(a->min) || isnan(a->max) : isnan(a->norm);
}

static bool prepare(const void *args, struct format in, struct stages *out, struct err *e)
{
    const struct args *a = args;
    const enum pixel_type type = a->dtype == PX_SAME ? in.type : (enum pixel_type)a->dtype;
    const double low = fmin(a->alpha, a->beta), high = fmax(a->alpha, a->beta);
    const double span = a->max - a->min;

    if (!check_type(in, e) || !check_args(a, e))
        return false;
    if (a->norm_type != MINMAX)
        return convert_add(out, type, a->norm > DBL_EPSILON ? a->alpha / a->norm : 0, 0, e);
    if (span < 0)
        return err_usage(e, "normalize: --max=%g is less than --min=%g", a->max, a->min);
    double scale = span > DBL_EPSILON ? (high - low) * (1 / span) : 0;
    double shift = low - a->min * scale;
    if (type == PX_FLOAT32) {
        scale = (double)(float)scale;
        shift = (double)((float)low - (float)(a->min * scale));
    }
    return convert_add(out, type, scale, shift, e);
}

static bool needs(const void *args, struct buffer *words, struct err *e)
{
    const struct args *a = args;

    if (!check_args(a, e))
        return false;
    if (!is_open(a))
        return true;
    if (a->norm_type == MINMAX || a->norm_type == INF)
        return words_add(words, e, "extent");
    return words_add(words, e, "norm") && words_add(words, e, "--of=%s", norm_types[a->norm_type]);
}

static bool write_range(const struct args *a, const struct extent *found, struct buffer *words,
                        struct err *e)
{
    return words_add(words, e, "--beta=%.17g", a->beta) &&
           words_add(words, e, "--min=%.17g", isnan(a->min) ? found->min : a->min) &&
           words_add(words, e, "--max=%.17g", isnan(a->max) ? found->max : a->max);
}

/* An infinite norm is as the greatest: no pixel but infinite ones is anything beside it. */
static bool write_norm(const struct args *a, enum pixel_type type, const void *gathered,
                       struct buffer *words, struct err *e)
{
    const struct extent *found = gathered;
    const double norm = a->norm_type == INF
                            ? fmax(fabs(found->min), fabs(found->max))
                            : norm_of(a->norm_type == L1 ? NORM_L1 : NORM_L2, type, gathered);

    return words_add(words, e, "--norm-type=%s", norm_types[a->norm_type]) &&
           words_add(words, e, "--norm=%.17g", fmin(norm, DBL_MAX));
}

static bool settle(const void *args, struct format in, const void *gathered, struct buffer *words,
                   struct err *e)
{
    const struct args *a = args;

    if (!check_type(in, e) || !check_args(a, e))
        return false;
    if (!gathered)
        return true;
    return words_add(words, e, "normalize") && words_add(words, e, "--alpha=%.17g", a->alpha) &&
           (a->norm_type == MINMAX ? write_range(a, gathered, words, e)
                                   : write_norm(a, in.type, gathered, words, e)) &&
           words_add(words, e, "--dtype=%s",
                     a->dtype == PX_SAME ? "same" : pixel_name((enum pixel_type)a->dtype));
}

const struct op op_normalize = {
    .name = "normalize",
    .summary = "stretch a range of values to another",
    .source = "OpenCV core, normalize",
    .example = "--alpha=255 --min=20 --max=200",
    .params = params,
    .args_size = sizeof(struct args),
    .prepare = prepare,
    .needs = needs,
    .settle = settle,
};
