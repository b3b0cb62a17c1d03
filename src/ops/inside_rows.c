/* inside_rows.c - the pixels of a row that are inside the data, side by side.
 * SPDX-License-Identifier: MIT */
#include "ops/inside_rows.h"

#include "ops/op.h"
#include "ops/pixel_key.h"

#include <string.h>

struct nodata_pixel nodata_pixel(enum pixel_type type, bool has_nodata, double nodata)
{
    struct nodata_pixel p = {0};

    pixel_store(type, nodata, p.value);
    p.has_value = has_nodata && (pixel_is_float(type) || pixel_load(type, p.value, 0) == nodata);
    return p;
}

/* How many pixels are outside, by kind. Few rows have any: they are asked first, by vectors. */
#define COUNT(T)                                                                                   \
    SIMD static int hidden_##T(const T *restrict row, const uint8 *restrict mask, bool has,        \
                               T value, int n, int *nan)                                           \
    {                                                                                              \
        int hidden = 0, strange = 0;                                                               \
                                                                                                   \
        if (mask)                                                                                  \
            for (int x = 0; x < n; x++) {                                                          \
                const int out = mask[x] == 0 || (has && row[x] == value);                          \
                hidden += out;                                                                     \
                strange += !out & (row[x] != row[x]);                                              \
            }                                                                                      \
        else if (has)                                                                              \
            for (int x = 0; x < n; x++) {                                                          \
                hidden += row[x] == value;                                                         \
                strange += row[x] != row[x];                                                       \
            }                                                                                      \
        else                                                                                       \
            for (int x = 0; x < n; x++)                                                            \
                strange += row[x] != row[x];                                                       \
        *nan = strange;                                                                            \
        return hidden;                                                                             \
    }                                                                                              \
                                                                                                   \
    static void pick_##T(const T *restrict row, const uint8 *restrict mask, bool has, T value,     \
                         int n, T *restrict out)                                                   \
    {                                                                                              \
        int kept = 0;                                                                              \
                                                                                                   \
        for (int x = 0; x < n; x++) {                                                              \
            const T v = row[x];                                                                    \
            out[kept] = v;                                                                         \
            kept += (v == v) & !(has && v == value) & (!mask || mask[x] != 0);                     \
        }                                                                                          \
    }                                                                                              \
                                                                                                   \
    static const void *inside_##T(const struct row_view *row, const struct nodata_pixel *nodata,   \
                                  void *scratch, int *kept, struct inside_counts *counts)          \
    {                                                                                              \
        T value;                                                                                   \
        int nan;                                                                                   \
                                                                                                   \
        memcpy(&value, nodata->value, sizeof value);                                               \
        const int hidden =                                                                         \
            hidden_##T(row->pixels, row->mask, nodata->has_value, value, row->n, &nan);            \
        *kept = row->n - hidden - nan;                                                             \
        counts->valid += *kept;                                                                    \
        counts->nodata += hidden;                                                                  \
        counts->nan += nan;                                                                        \
        if (*kept == row->n)                                                                       \
            return row->pixels;                                                                    \
        if (*kept > 0)                                                                             \
            pick_##T(row->pixels, row->mask, nodata->has_value, value, row->n, scratch);           \
        return scratch;                                                                            \
    }                                                                                              \
                                                                                                   \
    static bool at_##T(const struct row_view *row, const struct nodata_pixel *nodata, int x)       \
    {                                                                                              \
        const T v = ((const T *)row->pixels)[x];                                                   \
        T value;                                                                                   \
                                                                                                   \
        memcpy(&value, nodata->value, sizeof value);                                               \
        return v == v && !(nodata->has_value && v == value) && (!row->mask || row->mask[x] != 0);  \
    }
FOR_EACH_STORED_TYPE(COUNT)

const void *inside_rows(const struct row_view *row, const struct nodata_pixel *nodata,
                        void *scratch, int *n, struct inside_counts *counts)
{
    typedef const void *inside_fn(const struct row_view *row, const struct nodata_pixel *nodata,
                                  void *scratch, int *n, struct inside_counts *counts);
#define INSIDE_OF(T) inside_##T,
    static inside_fn *const all[PX_N_TYPES] = {FOR_EACH_STORED_TYPE(INSIDE_OF)};

    return all[row->type](row, nodata, scratch, n, counts);
}

bool inside_at(const struct row_view *row, const struct nodata_pixel *nodata, int x)
{
    typedef bool at_fn(const struct row_view *row, const struct nodata_pixel *nodata, int x);
#define AT_OF(T) at_##T,
    static at_fn *const all[PX_N_TYPES] = {FOR_EACH_STORED_TYPE(AT_OF)};

    return all[row->type](row, nodata, x);
}
