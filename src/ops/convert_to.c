/* convert_to.c - OpenCV's Mat::convertTo: alpha x + beta in another pixel type.
 *
 * A row goes through a working type in blocks that stay in cache: loaded and scaled, then stored.
 * So nine types need loops per type, not per pair of types; only the commonest pairs, whose time is
 * that of memory, have loops of their own. OpenCV works in float32 but for a few
 * pairs; 64-bit integers, which it does not have, go through long double, which holds them all
 * (x86).
 * SPDX-License-Identifier: MIT */
#include "ops/convert.h"
#include "ops/lanes.h"
#include "ops/saturate.h"

struct args {
    int type;
    double alpha, beta;
};

static const struct param params[] = {
    {"type", "pixel type of the result", P_TYPE, offsetof(struct args, type), NULL, NULL, 0, 0},
    {"alpha", "factor", P_REAL, offsetof(struct args, alpha), "1", NULL, 0, 0},
    {"beta", "what is added", P_REAL, offsetof(struct args, beta), "0", NULL, 0, 0},
    {0},
};

typedef void load_fn(const void *restrict in, void *restrict work, int n, double alpha,
                     double beta);
typedef void store_fn(const void *restrict work, void *restrict out, int n);

enum { BLOCK = 512 };

struct conversion {
    load_fn *load;
    store_fn *store;
    double alpha, beta;
    size_t in_size, out_size;
};

#define LOAD(W, T, SCALED)                                                                         \
    SIMD static void convert_load_##W##_##T(const void *restrict in, void *restrict work, int n,   \
                                            double alpha, double beta)                             \
    {                                                                                              \
        const T *restrict from = in;                                                               \
        W *restrict to = work;                                                                     \
        const W a = (W)alpha, b = (W)beta;                                                         \
                                                                                                   \
        for (int i = 0; i < n; i++)                                                                \
            to[i] = (SCALED);                                                                      \
    }
#define STORE(W, T, SATURATED)                                                                     \
    SIMD static void convert_store_##W##_##T(const void *restrict work, void *restrict out, int n) \
    {                                                                                              \
        const W *restrict from = work;                                                             \
        T *restrict to = out;                                                                      \
                                                                                                   \
        for (int i = 0; i < n; i++)                                                                \
            to[i] = (SATURATED);                                                                   \
    }

#define NARROW(T)                                                                                  \
    LOAD(float32, T, fmaf((float)from[i], a, b))                                                   \
    LOAD(float64, T, fma((double)from[i], a, b))                                                   \
    STORE(float32, T, saturate_##T(from[i]))                                                       \
    STORE(float64, T, saturate_##T##_d(from[i]))
FOR_EACH_PIXEL_TYPE(NARROW)

/* Not fmal, which no hardware has: with alpha = 1 the product is exact anyway. */
typedef long double wide;
#define WIDE(T) LOAD(wide, T, (wide)from[i] * a + b)
FOR_EACH_PIXEL_TYPE(WIDE)
WIDE(uint64)
WIDE(int64)

static inline wide clamp_wide(wide v, wide lowest, wide highest)
{
    wide r = rintl(v);

    r = r > lowest ? r : lowest;
    return r < highest ? r : highest;
}
#define STORE_WIDE(T, LOWEST, HIGHEST) STORE(wide, T, (T)clamp_wide(from[i], LOWEST, HIGHEST))
STORE_WIDE(uint8, 0, UINT8_MAX)
STORE_WIDE(uint16, 0, UINT16_MAX)
STORE_WIDE(int16, INT16_MIN, INT16_MAX)
STORE_WIDE(uint32, 0, UINT32_MAX)
STORE_WIDE(int32, INT32_MIN, INT32_MAX)
STORE_WIDE(uint64, 0, (wide)UINT64_MAX)
STORE_WIDE(int64, (wide)INT64_MIN, (wide)INT64_MAX)
STORE(wide, float32, (float)from[i])
STORE(wide, float64, (double)from[i])

enum work { FLOAT, DOUBLE, LONG_DOUBLE, N_WORKS };

#define LOAD_FLOAT(T) convert_load_float32_##T,
#define LOAD_DOUBLE(T) convert_load_float64_##T,
#define LOAD_WIDE(T) convert_load_wide_##T,
static load_fn *const loads[N_WORKS][PX_N_TYPES] = {
    [FLOAT] = {FOR_EACH_PIXEL_TYPE(LOAD_FLOAT)},
    [DOUBLE] = {FOR_EACH_PIXEL_TYPE(LOAD_DOUBLE)},
    [LONG_DOUBLE] = {FOR_EACH_PIXEL_TYPE(LOAD_WIDE) LOAD_WIDE(uint64) LOAD_WIDE(int64)},
};

#define STORE_FLOAT(T) convert_store_float32_##T,
#define STORE_DOUBLE(T) convert_store_float64_##T,
#define STORE_LONG_DOUBLE(T) convert_store_wide_##T,
static store_fn *const stores[N_WORKS][PX_N_TYPES] = {
    [FLOAT] = {FOR_EACH_PIXEL_TYPE(STORE_FLOAT)},
    [DOUBLE] = {FOR_EACH_PIXEL_TYPE(STORE_DOUBLE)},
    [LONG_DOUBLE] = {FOR_EACH_PIXEL_TYPE(STORE_LONG_DOUBLE) STORE_LONG_DOUBLE(uint64)
                         STORE_LONG_DOUBLE(int64)},
};

static void convert_row(const void *state, const struct window *w)
{
    const struct conversion *c = state;
    const char *in = w->rows[0];
    char *out = w->outs[0];
    _Alignas(64) wide work[BLOCK];

    for (int x = 0; x < w->width; x += BLOCK) {
        const int n = w->width - x < BLOCK ? w->width - x : BLOCK;
        c->load(in + (size_t)x * c->in_size, work, n, c->alpha, c->beta);
        c->store(work, out + (size_t)x * c->out_size, n);
    }
}

#define DIRECT(FROM, TO, LANES)                                                                    \
    SIMD static void convert_##FROM##_to_##TO(const void *state, const struct window *w)           \
    {                                                                                              \
        const FROM *restrict in = w->rows[0];                                                      \
        TO *restrict out = w->outs[0];                                                             \
        const float a = (float)((const struct conversion *)state)->alpha;                          \
        const float b = (float)((const struct conversion *)state)->beta;                           \
        const int width = w->width;                                                                \
                                                                                                   \
        for (int x = LANES(in, out, width, a, b); x < width; x++)                                  \
            out[x] = saturate_##TO(fmaf((float)in[x], a, b));                                      \
    }
#define DIRECT_FROM(FROM)                                                                          \
    DIRECT(FROM, uint8, lanes_scale_##FROM##_to_uint8)                                             \
    DIRECT(FROM, uint16, lanes_scale_##FROM##_to_uint16)                                           \
    DIRECT(FROM, int16, lanes_scale_##FROM##_to_int16)                                             \
    DIRECT(FROM, float32, NO_LANES)
DIRECT_FROM(uint8)
DIRECT_FROM(uint16)
DIRECT_FROM(int16)
DIRECT_FROM(float32)

/* Those that work in float32 throughout. */
#define DIRECT_ROW(FROM)                                                                           \
    {                                                                                              \
        [PX_UINT8] = convert_##FROM##_to_uint8, [PX_UINT16] = convert_##FROM##_to_uint16,          \
        [PX_INT16] = convert_##FROM##_to_int16, [PX_FLOAT32] = convert_##FROM##_to_float32         \
    }
static row_kernel *const direct[PX_N_TYPES][PX_N_TYPES] = {
    [PX_UINT8] = DIRECT_ROW(uint8),
    [PX_UINT16] = DIRECT_ROW(uint16),
    [PX_INT16] = DIRECT_ROW(int16),
    [PX_FLOAT32] = DIRECT_ROW(float32),
};

static bool float_holds(enum pixel_type type)
{
    return type == PX_UINT8 || type == PX_UINT16 || type == PX_INT16 || type == PX_FLOAT32;
}

/* Scaling works in what OpenCV uses for the pair; mere conversion in what holds the source. */
static enum work work_type(enum pixel_type from, enum pixel_type to, bool scaled)
{
    if (from >= PX_N_KERNEL_TYPES || to >= PX_N_KERNEL_TYPES)
        return LONG_DOUBLE;
    if (!scaled)
        return float_holds(from) ? FLOAT : DOUBLE;
    if (from == PX_UINT32 || to == PX_UINT32 || to == PX_FLOAT64 ||
        (from == PX_FLOAT64 && to == PX_FLOAT32) ||
        ((from == PX_FLOAT64 || from == PX_INT32) && to == PX_INT32))
        return DOUBLE;
    return FLOAT;
}

bool convert_add(struct stages *s, enum pixel_type to, double alpha, double beta, struct err *e)
{
    struct format format = s->list[s->current].out;
    const enum pixel_type from = format.type;
    const bool scaled = alpha != 1 || beta != 0;
    const enum work work = work_type(from, to, scaled);

    if (from == to && !scaled)
        return true;
    struct conversion *c = stages_state(s, sizeof *c, e);
    if (!c)
        return false;
    *c = (struct conversion){
        .load = loads[work][from],
        .store = stores[work][to],
        .alpha = alpha,
        .beta = scaled ? beta : -0.0, /* x + -0 is x for every x, even -0 */
        .in_size = pixel_size(from),
        .out_size = pixel_size(to),
    };
    format.type = to;
    return stages_add_row(s, direct[from][to] ? direct[from][to] : convert_row, c, format,
                          (struct reach){0}, (struct border){BORDER_REPLICATE, 0}, e);
}

static bool prepare(const void *args, struct format in, struct stages *out, struct err *e)
{
    const struct args *a = args;

    out->keeps_values = a->alpha == 1 && a->beta == 0;
    return convert_add(out, a->type == PX_SAME ? in.type : (enum pixel_type)a->type, a->alpha,
                       a->beta, e);
}

const struct op op_convert_to = {
    .name = "convert-to",
    .summary = "change the pixel type, with a factor and an offset",
    .source = "OpenCV core, Mat::convertTo",
    .example = "--type=uint8 --alpha=0.5",
    .keeps_values = true,
    .params = params,
    .args_size = sizeof(struct args),
    .prepare = prepare,
};
