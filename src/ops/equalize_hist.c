/* equalize_hist.c - OpenCV's equalizeHist: values are spread so that each range of them has equally
 * many pixels. What becomes of a value is known when all pixels are counted: then it is a `lut`.
 * SPDX-License-Identifier: MIT */
#include "ops/reducer.h"
#include "ops/words.h"

#include <math.h>

enum { BINS = 256 };

struct args {
    char none;
};

static const struct param params[] = {{0}};

/* In float, as OpenCV has it; the first value that occurs becomes 0, or stays if it is the only
 * one. */
static void make_table(const int64_t *counts, int *table)
{
    int64_t all = 0, sum = 0;
    int first = 0;

    for (int i = 0; i < BINS; i++)
        all += counts[i];
    while (first < BINS - 1 && counts[first] == 0)
        first++;
    for (int i = 0; i <= first; i++)
        table[i] = 0;
    if (counts[first] == all) {
        for (int i = 0; i < BINS; i++)
            table[i] = first;
        return;
    }
    const float scale = 255.0f / (float)(all - counts[first]);
    for (int i = first + 1; i < BINS; i++) {
        sum += counts[i];
        const long v = lrintf((float)sum * scale);
        table[i] = v > UINT8_MAX ? UINT8_MAX : (int)v;
    }
}

static bool needs(const void *args, struct buffer *words, struct err *e)
{
    (void)args;
    return words_add(words, e, "histogram");
}

static bool settle(const void *args, struct format in, const void *gathered, struct buffer *words,
                   struct err *e)
{
    int table[BINS];

    (void)args;
    if (in.type != PX_UINT8)
        return err_usage(e,
                         "equalize-hist: takes uint8 pixels, not %s (put `convert-to --type=uint8` "
                         "before it)",
                         pixel_name(in.type));
    if (!gathered)
        return true;
    bool ok = words_add(words, e, "lut") && words_print(words, e, "--table=");
    for (int b = 0; ok && b < in.bands; b++) {
        make_table(histogram_of(gathered, in.type, b), table);
        for (int i = 0; ok && i < BINS; i++)
            ok = words_print(words, e, "%s%d", i ? "," : b ? ";" : "", table[i]);
    }
    return ok && words_end(words, e);
}

/* Never asked for: by then the op is another. */
static bool prepare(const void *args, struct format in, struct stages *out, struct err *e)
{
    (void)args, (void)in, (void)out;
    return err_set(e, "equalize-hist: the whole scene is not known here");
}

const struct op op_equalize_hist = {
    .name = "equalize-hist",
    .summary = "spread values so that all are equally frequent",
    .source = "OpenCV imgproc, equalizeHist",
    .example = "",
    .params = params,
    .args_size = sizeof(struct args),
    .prepare = prepare,
    .needs = needs,
    .settle = settle,
};
