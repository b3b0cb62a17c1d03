/* stats_json.c - the statistics of a scene as JSON.
 *
 * What a number of JSON cannot be is a text: "inf", "-inf", "nan", integers beyond 2^63.
 * SPDX-License-Identifier: MIT */
#include "report/stats_report.h"

#include "json_file.h"
#include "stats_value.h"

#include "ops/pixel_key.h"

#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static bool no_memory(struct err *e)
{
    return err_set(e, "out of memory: the statistics could not be put into JSON");
}

/* Takes the value over. */
static bool set(json_t *to, const char *name, json_t *value)
{
    return value && json_object_set_new(to, name, value) == 0;
}

static bool append(json_t *to, json_t *value)
{
    return value && json_array_append_new(to, value) == 0;
}

static json_t *real(double v)
{
    if (isfinite(v))
        return json_real(v);
    return json_string(isnan(v) ? "nan" : v > 0 ? "inf" : "-inf");
}

/* Paths need not be UTF-8; JSON must be. */
static json_t *text(const char *value)
{
    json_t *t = json_string(value);

    return t ? t : json_string("(not UTF-8)");
}

static json_t *pixel_value(enum pixel_type type, uint64_t key)
{
    char out[VALUE_TEXT];

    if (pixel_is_float(type))
        return real(key_real(type, key));
    if (type == PX_UINT64)
        return key <= INT64_MAX ? json_integer((json_int_t)key)
                                : json_string(value_text(type, key, out));
    return json_integer(key_int(type, key));
}

/* --- the lists of a band ---------------------------------------------------------------------- */

static json_t *percentiles(const struct stats_wish *wish, const struct stats_band *b)
{
    json_t *list = json_array();
    bool ok = list != NULL;

    for (int i = 0; ok && i < wish->n_percents; i++) {
        json_t *one = json_object();
        ok = one && set(one, "percent", json_real(wish->percents[i])) &&
             set(one, "value", real(b->percentiles[i]));
        ok = append(list, ok ? json_incref(one) : NULL);
        json_decref(one);
    }
    if (ok)
        return list;
    json_decref(list);
    return NULL;
}

/* Of each value that occurs, how often. */
static json_t *values(enum pixel_type type, const struct stats_band *b)
{
    json_t *counts = json_object();
    char name[VALUE_TEXT];
    bool ok = counts != NULL;

    for (uint64_t key = b->least; ok && key <= b->most; key++)
        ok = b->values[key] == 0 ||
             set(counts, value_text(type, key, name), json_integer(b->values[key]));
    if (ok)
        return counts;
    json_decref(counts);
    return NULL;
}

static json_t *histogram(const struct stats_band *b)
{
    json_t *all, *counts;
    bool ok = true;

    if (b->bins.n == 0)
        return json_null();
    all = json_object();
    counts = json_array();
    for (int i = 0; ok && counts && i < b->bins.n; i++)
        ok = append(counts, json_integer(b->bin_counts[i]));
    ok = ok && all && counts && set(all, "bins", json_integer(b->bins.n)) &&
         set(all, "from", real(b->bins.first)) && set(all, "to", real(b->bins.last)) &&
         set(all, "counts", json_incref(counts));
    json_decref(counts);
    if (ok)
        return all;
    json_decref(all);
    return NULL;
}

static json_t *extreme(enum pixel_type type, const struct extreme_pixel *p,
                       const struct stats_about *about)
{
    const struct stats_place at = about->place(about->ctx, p->x, p->y);
    json_t *one = json_object();
    bool ok = one && set(one, "value", pixel_value(type, p->key)) &&
              set(one, "x", json_integer(p->x)) && set(one, "y", json_integer(p->y));

    if (at.has_map)
        ok = ok && set(one, "map_x", real(at.map_x)) && set(one, "map_y", real(at.map_y));
    if (at.has_degrees)
        ok = ok && set(one, "longitude", real(at.lon)) && set(one, "latitude", real(at.lat));
    if (ok)
        return one;
    json_decref(one);
    return NULL;
}

static json_t *extremes(enum pixel_type type, const struct extreme_pixel *list, int n,
                        const struct stats_about *about)
{
    json_t *all = json_array();
    bool ok = all != NULL;

    for (int i = 0; ok && i < n; i++)
        ok = append(all, extreme(type, &list[i], about));
    if (ok)
        return all;
    json_decref(all);
    return NULL;
}

/* --- the whole -------------------------------------------------------------------------------- */

static bool set_lists(json_t *to, const struct stats *s, const struct stats_band *b,
                      const struct stats_about *about)
{
    const struct stats_wish *wish = stats_wished(s);
    const enum pixel_type type = stats_format(s).type;

    return (wish->n_percents == 0 || set(to, "percentiles", percentiles(wish, b))) &&
           (wish->bins > 0 ? set(to, "histogram", histogram(b))
                           : !b->values || set(to, "values", values(type, b))) &&
           (wish->extremes == 0 || (set(to, "lowest", extremes(type, b->low, b->n_low, about)) &&
                                    set(to, "highest", extremes(type, b->high, b->n_high, about))));
}

static json_t *band_object(const struct stats *s, int band, const struct stats_about *about)
{
    const struct stats_band *b = stats_of_band(s, band);
    const struct format f = stats_format(s);
    json_t *o = json_object();
    bool ok = o && set(o, "band", json_integer(band + 1)) &&
              set(o, "total", json_integer(f.width * f.height)) &&
              set(o, "valid", json_integer(b->counts.valid)) &&
              set(o, "nodata", json_integer(b->counts.nodata)) &&
              set(o, "nan", json_integer(b->counts.nan));

    if (b->counts.valid > 0)
        ok = ok && set(o, "min", pixel_value(f.type, b->least)) &&
             set(o, "max", pixel_value(f.type, b->most)) && set(o, "mean", real(b->mean)) &&
             set(o, "variance", real(b->variance)) && set(o, "stddev", real(sqrt(b->variance))) &&
             set_lists(o, s, b, about);
    if (ok)
        return o;
    json_decref(o);
    return NULL;
}

static json_t *transform(const double *numbers)
{
    json_t *list = json_array();
    bool ok = list != NULL;

    for (int i = 0; ok && i < 6; i++)
        ok = append(list, real(numbers[i]));
    if (ok)
        return list;
    json_decref(list);
    return NULL;
}

static bool fill(json_t *root, const struct stats *s, const struct stats_about *about)
{
    const struct format f = stats_format(s);
    json_t *bands = json_array();
    bool ok = set(root, "scene", text(about->scene)) && set(root, "ops", text(about->ops)) &&
              set(root, "width", json_integer(f.width)) &&
              set(root, "height", json_integer(f.height)) &&
              set(root, "type", json_string(pixel_name(f.type))) &&
              (!about->crs || set(root, "crs", text(about->crs))) &&
              (!about->transform || set(root, "geotransform", transform(about->transform))) &&
              set(root, "ddof", json_integer(0)) && bands != NULL;

    for (int b = 0; ok && b < f.bands; b++)
        ok = append(bands, band_object(s, b, about));
    if (!ok) {
        json_decref(bands);
        return false;
    }
    return set(root, "bands", bands);
}

bool stats_json(struct buffer *out, const struct stats *s, const struct stats_about *about,
                struct err *e)
{
    json_t *root = json_object();
    char *dump = NULL;

    if (root && fill(root, s, about))
        dump = json_dumps(root, JSON_INDENT(1) | JSON_REAL_PRECISION(17));
    json_decref(root);
    if (!dump)
        return no_memory(e);
    const bool ok = buffer_append(out, dump, strlen(dump), e);
    free(dump);
    return ok;
}

static json_t *kinds_array(const struct scene_kind *kinds, int n)
{
    json_t *list = json_array();
    bool ok = list != NULL;

    for (int i = 0; ok && i < n; i++)
        ok = append(list, json_pack("{s:i, s:I, s:I, s:i, s:s, s:o}", "scenes", kinds[i].n, "width",
                                    (json_int_t)kinds[i].width, "height",
                                    (json_int_t)kinds[i].height, "bands", kinds[i].bands, "type",
                                    pixel_name(kinds[i].type), "example", text(kinds[i].name)));
    if (ok)
        return list;
    json_decref(list);
    return NULL;
}

static bool add(struct buffer *out, const char *words, struct err *e)
{
    return buffer_append(out, words, strlen(words), e);
}

bool stats_json_many(struct buffer *out, const char *const *jsons, int n,
                     const struct scene_kind *kinds, int n_kinds, struct err *e)
{
    json_t *list = kinds_array(kinds, n_kinds);
    char *dump = list ? json_dumps(list, JSON_INDENT(1)) : NULL;
    bool ok = add(out, "{\"scenes\": [", e), any = false;

    json_decref(list);
    for (int i = 0; ok && i < n; i++) {
        if (!jsons[i])
            continue;
        ok = add(out, any ? ",\n" : "\n", e) && add(out, jsons[i], e);
        any = true;
    }
    ok = ok && (dump || no_memory(e)) && add(out, "\n],\n\"kinds\": ", e) && add(out, dump, e) &&
         add(out, "}", e);
    free(dump);
    return ok;
}

bool stats_json_check(const char *path, struct err *e)
{
    return json_file_check("--json", path, e);
}

static bool dump_bytes(const void *json, FILE *to)
{
    const struct buffer *b = json;

    return fwrite(b->data, 1, b->size, to) == b->size;
}

bool stats_json_write(const char *path, const struct buffer *json, struct err *e)
{
    return json_file_write("--json", path, dump_bytes, json, e);
}
