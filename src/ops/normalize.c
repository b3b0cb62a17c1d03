/* normalize.c - OpenCV's normalize by minimum and maximum, given or those of the whole scene.
 * SPDX-License-Identifier: MIT */
#include "ops/convert.h"
#include "ops/reducer.h"
#include "ops/words.h"

#include <float.h>
#include <math.h>

struct args {
    double alpha, beta, min, max;
    int norm_type, dtype;
};

static const char *const norm_types[] = {"minmax", NULL};

static const struct param params[] = {
    {"alpha", "one end of the new range", P_REAL, offsetof(struct args, alpha), "1", NULL, 0, 0},
    {"beta", "its other end", P_REAL, offsetof(struct args, beta), "0", NULL, 0, 0},
    {"norm-type", "what is normalised (inf, l1 and l2 are not supported)", P_CHOICE,
     offsetof(struct args, norm_type), "minmax", norm_types, 0, 0},
    {"min", "the lowest value, which becomes the lower end (default: the scene's, over all bands)",
     P_MAYBE, offsetof(struct args, min), NULL, NULL, 0, 0},
    {"max", "the highest value, which becomes the upper end (default: the scene's)", P_MAYBE,
     offsetof(struct args, max), NULL, NULL, 0, 0},
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

static bool prepare(const void *args, struct format in, struct stages *out, struct err *e)
{
    const struct args *a = args;
    const enum pixel_type type = a->dtype == PX_SAME ? in.type : (enum pixel_type)a->dtype;
    const double low = fmin(a->alpha, a->beta), high = fmax(a->alpha, a->beta);
    const double span = a->max - a->min;

    if (!check_type(in, e))
        return false;
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

    return !(isnan(a->min) || isnan(a->max)) || words_add(words, e, "extent");
}

static bool settle(const void *args, struct format in, const void *gathered, struct buffer *words,
                   struct err *e)
{
    const struct args *a = args;
    const struct extent *found = gathered;

    if (!check_type(in, e))
        return false;
    if (!found)
        return true;
    return words_add(words, e, "normalize") && words_add(words, e, "--alpha=%.17g", a->alpha) &&
           words_add(words, e, "--beta=%.17g", a->beta) &&
           words_add(words, e, "--min=%.17g", isnan(a->min) ? found->min : a->min) &&
           words_add(words, e, "--max=%.17g", isnan(a->max) ? found->max : a->max) &&
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
