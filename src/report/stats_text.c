/* stats_text.c - the statistics of a scene as text to read.
 * SPDX-License-Identifier: MIT */
#include "report/stats_report.h"

#include "base/columns.h"
#include "base/text.h"

#include "stats_value.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

static bool print(struct buffer *out, struct err *e, const char *format, ...) PRINTF_LIKE(3, 4);

static bool print(struct buffer *out, struct err *e, const char *format, ...)
{
    va_list ap;
    char *text = NULL;

    va_start(ap, format);
    const int n = vasprintf(&text, format, ap);
    va_end(ap);
    const bool ok = n >= 0 ? buffer_append(out, text, (size_t)n, e)
                           : err_set(e, "out of memory: a line of text was wanted");
    if (n >= 0)
        free(text);
    return ok;
}

static bool print_head(struct buffer *out, const struct stats *s, const struct stats_about *about,
                       struct err *e)
{
    const struct format f = stats_format(s);

    return print(out, e, "%s: %lld x %lld pixels, %d band%s of %s%s%s\n", about->scene,
                 (long long)f.width, (long long)f.height, f.bands, text_s(f.bands),
                 pixel_name(f.type), *about->ops ? ", after " : "", about->ops) &&
           print(out, e, "variance and stddev are divided by the number of pixels (ddof 0)\n\n");
}

/* --- one row a band --------------------------------------------------------------------------- */

static bool add_heads(struct columns *c, const struct stats_wish *wish, struct err *e)
{
    static const char *const heads[] = {"band", "total", "valid", "nodata",   "nan",
                                        "min",  "max",   "mean",  "variance", "stddev"};
    bool ok = true;

    c->n = (int)(sizeof heads / sizeof heads[0]) + wish->n_percents;
    for (size_t i = 0; ok && i < sizeof heads / sizeof heads[0]; i++)
        ok = columns_add(c, e, "%s", heads[i]);
    for (int i = 0; ok && i < wish->n_percents; i++)
        ok = columns_add(c, e, "%g %%", wish->percents[i]);
    return ok;
}

static bool add_band(struct columns *c, const struct stats *s, int band, struct err *e)
{
    const struct stats_band *b = stats_of_band(s, band);
    const struct stats_wish *wish = stats_wished(s);
    const struct format f = stats_format(s);
    const int64_t total = f.width * f.height;
    char least[VALUE_TEXT], most[VALUE_TEXT];
    bool ok = columns_add(c, e, "%d", band + 1) && columns_add(c, e, "%lld", (long long)total) &&
              columns_add(c, e, "%lld", (long long)b->counts.valid) &&
              columns_add(c, e, "%lld", (long long)b->counts.nodata) &&
              columns_add(c, e, "%lld", (long long)b->counts.nan);

    if (b->counts.valid == 0) {
        for (int i = 5; ok && i < c->n; i++)
            ok = columns_add(c, e, "-");
        return ok;
    }
    ok = ok && columns_add(c, e, "%s", value_text(f.type, b->least, least)) &&
         columns_add(c, e, "%s", value_text(f.type, b->most, most)) &&
         columns_add(c, e, "%.10g", b->mean) && columns_add(c, e, "%.10g", b->variance) &&
         columns_add(c, e, "%.10g", sqrt(b->variance));
    for (int i = 0; ok && i < wish->n_percents; i++)
        ok = columns_add(c, e, "%.10g", b->percentiles[i]);
    return ok;
}

static bool print_bands(struct buffer *out, const struct stats *s, struct err *e)
{
    struct columns c = {0};
    bool ok = add_heads(&c, stats_wished(s), e);

    for (int b = 0; ok && b < stats_format(s).bands; b++)
        ok = add_band(&c, s, b, e);
    ok = ok && columns_print(&c, out, e);
    columns_free(&c);
    return ok;
}

/* --- tables of a band ------------------------------------------------------------------------- */

static bool print_histogram(struct buffer *out, const struct stats_band *b, int band, struct err *e)
{
    struct columns c = {.n = 3};
    bool ok = print(out, e, "\nband %d, histogram:\n", band + 1);

    if (b->bins.n == 0)
        return ok && print(out, e, "none, as the values span no finite range\n");
    ok = ok && columns_add(&c, e, "from") && columns_add(&c, e, "to") &&
         columns_add(&c, e, "pixels");
    for (int i = 0; ok && i < b->bins.n; i++)
        ok = columns_add(&c, e, "%.10g", bins_edge(&b->bins, i)) &&
             columns_add(&c, e, "%.10g", bins_edge(&b->bins, i + 1)) &&
             columns_add(&c, e, "%lld", (long long)b->bin_counts[i]);
    ok = ok && columns_print(&c, out, e);
    columns_free(&c);
    return ok;
}

static bool add_extreme(struct columns *c, enum pixel_type type, const struct extreme_pixel *p,
                        const struct stats_about *about, struct err *e)
{
    const struct stats_place place = about->place(about->ctx, p->x, p->y);
    char value[VALUE_TEXT];
    bool ok = columns_add(c, e, "%s", value_text(type, p->key, value)) &&
              columns_add(c, e, "%d", p->x) && columns_add(c, e, "%d", p->y);

    if (c->n > 3)
        ok = ok && columns_add(c, e, "%.12g", place.map_x) &&
             columns_add(c, e, "%.12g", place.map_y);
    if (c->n > 5 && place.has_degrees)
        ok = ok && columns_add(c, e, "%.8f", place.lon) && columns_add(c, e, "%.8f", place.lat);
    else if (c->n > 5)
        ok = ok && columns_add(c, e, "-") && columns_add(c, e, "-");
    return ok;
}

static bool print_extremes(struct buffer *out, const struct stats *s, int band, const char *which,
                           const struct extreme_pixel *list, int n, const struct stats_about *about,
                           struct err *e)
{
    static const char *const heads[] = {"value", "x",         "y",       "map x",
                                        "map y", "longitude", "latitude"};
    struct stats_place any = {0};
    bool ok = print(out, e, "\nband %d, %d %s:\n", band + 1, n, which);

    for (int i = 0; i < n && !any.has_degrees; i++)
        any = about->place(about->ctx, list[i].x, list[i].y);
    struct columns c = {.n = any.has_degrees ? 7 : any.has_map ? 5 : 3};
    for (int i = 0; ok && i < c.n; i++)
        ok = columns_add(&c, e, "%s", heads[i]);
    for (int i = 0; ok && i < n; i++)
        ok = add_extreme(&c, stats_format(s).type, &list[i], about, e);
    ok = ok && columns_print(&c, out, e);
    columns_free(&c);
    return ok;
}

bool stats_text(struct buffer *out, const struct stats *s, const struct stats_about *about,
                struct err *e)
{
    const struct stats_wish *wish = stats_wished(s);
    bool ok = print_head(out, s, about, e) && print_bands(out, s, e);

    for (int band = 0; ok && band < stats_format(s).bands; band++) {
        const struct stats_band *b = stats_of_band(s, band);
        if (b->counts.valid == 0)
            continue;
        if (wish->bins > 0)
            ok = print_histogram(out, b, band, e);
        if (wish->extremes > 0)
            ok = ok && print_extremes(out, s, band, "lowest", b->low, b->n_low, about, e) &&
                 print_extremes(out, s, band, "highest", b->high, b->n_high, about, e);
    }
    return ok;
}
