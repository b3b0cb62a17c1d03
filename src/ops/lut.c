/* lut.c - OpenCV's LUT: each uint8 pixel is replaced by its entry in a table.
 * SPDX-License-Identifier: MIT */
#include "base/text.h"
#include "ops/lanes.h"
#include "ops/op.h"

struct args {
    struct numbers table;
    int dtype;
};

enum { ENTRIES = 256 };

static const struct param params[] = {
    {"table", "256 numbers, or a row of them for each band; 255..0 counts", P_NUMBERS,
     offsetof(struct args, table), param_required, NULL, 0, 0},
    {"dtype", "pixel type of the result, which holds all entries", P_TYPE,
     offsetof(struct args, dtype), "uint8", NULL, 0, 0},
    {0},
};

#define LUT(T, LANES)                                                                              \
    SIMD static void lut_##T(const void *state, const struct window *w)                            \
    {                                                                                              \
        const uint8 *restrict in = w->rows[0];                                                     \
        const T *restrict table = (const T *)state + ENTRIES * w->band;                            \
        T *restrict out = w->outs[0];                                                              \
        const int width = w->width;                                                                \
                                                                                                   \
        for (int x = LANES(table, in, out, width); x < width; x++)                                 \
            out[x] = table[in[x]];                                                                 \
    }
#define PLAIN_LUT(T) LUT(T, NO_LANES)
LUT(uint8, lanes_lookup)
PLAIN_LUT(uint16)
PLAIN_LUT(int16)
PLAIN_LUT(uint32)
PLAIN_LUT(int32)
PLAIN_LUT(float32)
PLAIN_LUT(float64)

#define ROW(T) lut_##T,
static row_kernel *const rows[PX_N_KERNEL_TYPES] = {FOR_EACH_PIXEL_TYPE(ROW)};
static row_kernel *const taken[PX_N_KERNEL_TYPES] = {[PX_UINT8] = lut_uint8};

static bool check_table(const struct numbers *t, int bands, struct err *e)
{
    if (t->rows * t->columns == ENTRIES || (t->columns == ENTRIES && t->rows == bands))
        return true;
    return err_usage(e,
                     "lut: --table has %d row%s of %d number%s; give %d numbers, or a row of %d "
                     "for each band (here %d)",
                     t->rows, text_s(t->rows), t->columns, text_s(t->columns), ENTRIES, ENTRIES,
                     bands);
}

/* Fails for an entry that the type does not hold. */
static bool store(enum pixel_type type, double entry, void *at, struct err *e)
{
    pixel_store(type, entry, at);
    return pixel_is_float(type) || pixel_load(type, at, 0) == entry ||
           err_usage(e, "lut: --table has %.17g, which is no %s; give --dtype", entry,
                     pixel_name(type));
}

/* A table for each band; NULL with *e set when memory is short or an entry does not fit. */
static const void *tables(const struct numbers *t, struct format out, struct stages *s,
                          struct err *e)
{
    const size_t size = pixel_size(out.type), n = (size_t)out.bands * ENTRIES;
    const size_t given = (size_t)t->rows * (size_t)t->columns;
    char *table = stages_state(s, n * size, e);

    for (size_t i = 0; table && i < n; i++)
        if (!store(out.type, t->v[i % given], table + i * size, e))
            return NULL;
    return table;
}

static bool prepare(const void *args, struct format in, struct stages *out, struct err *e)
{
    const struct args *a = args;

    if (!op_takes("lut", taken, in.type, e) || !check_table(&a->table, in.bands, e))
        return false;
    if (a->dtype != PX_SAME)
        in.type = (enum pixel_type)a->dtype;
    if (in.type >= PX_N_KERNEL_TYPES)
        return err_usage(e, "lut: --dtype=%s is not supported", pixel_name(in.type));
    const void *table = tables(&a->table, in, out, e);
    return table && stages_add_row(out, rows[in.type], table, in, (struct reach){0},
                                   (struct border){BORDER_REPLICATE, 0}, e);
}

const struct op op_lut = {
    .name = "lut",
    .summary = "replace each value by its entry in a table",
    .source = "OpenCV core, LUT",
    .example = "--table=255..0",
    .params = params,
    .args_size = sizeof(struct args),
    .prepare = prepare,
};
