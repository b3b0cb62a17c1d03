/* exponential.c - OpenCV's exp and log of floats: tables for the leading bits, polynomials for the
 * rest.
 *
 * Each is done in passes: pixels are split, the tables looked up, and all joined. Only the passes
 * between are made of vectors: these would have to be taken apart to look up tables.
 * SPDX-License-Identifier: MIT */
#include "ops/exponential.h"

#include "ops/lanes.h"

#include <assert.h>
#include <string.h>

enum { EXP_BITS = 6, EXP_STEPS = 1 << EXP_BITS, LOG_BITS = 8, LOG_STEPS = 1 << LOG_BITS };

/* The last coefficient of exp's polynomial is 1: this one is taken out of all, and put into the
 * table. */
#define EXP_FACTOR .9670371139572337719125840413672004409288e-2
#define LOG2_E 1.4426950408889634073599246810019
#define LN_2 .69314718055994530941723212145818
#define EXP_LIMIT (3000 / LOG2_E) /* beyond, the result is 0 or infinite anyway */

/* Of 1 + i / LOG_STEPS; together, so that they are looked up together. */
struct entry_float64 {
    double inverse, log;
};
struct entry_float32 {
    float inverse, log;
};

struct exponential {
    struct {
        double power[EXP_STEPS]; /* EXP_FACTOR 2^(i / EXP_STEPS) */
        struct entry_float64 logs[LOG_STEPS];
    } float64;
    struct {
        float power[EXP_STEPS];
        struct entry_float32 logs[LOG_STEPS];
    } float32;
};

/* OpenCV's table of logarithms is cut off after double's last bit, not rounded. */
static double cut_off(long double v)
{
    const double rounded = (double)v;

    return (long double)rounded > v ? nextafter(rounded, 0) : rounded;
}

/* The last entries of log's tables are those of 2, so that numbers just below it come out as well
 * as those just above 1. */
const struct exponential *exponential_new(struct stages *s, struct err *e)
{
    struct exponential *t = stages_state(s, sizeof *t, e);

    if (!t)
        return NULL;
    for (int i = 0; i < EXP_STEPS; i++) {
        t->float64.power[i] = (double)exp2l((long double)i / EXP_STEPS) * EXP_FACTOR;
        t->float32.power[i] = (float)t->float64.power[i];
    }
    for (int i = 0; i < LOG_STEPS; i++) {
        const long double v = i < LOG_STEPS - 1 ? 1 + (long double)i / LOG_STEPS : 2;
        const struct entry_float64 entry = {(double)(1 / v), cut_off(logl(v))};
        t->float64.logs[i] = entry;
        t->float32.logs[i] = (struct entry_float32){(float)entry.inverse, (float)entry.log};
    }
    return t;
}

static inline float exp_polynomial_float32(float r)
{
    const float a0 = (float)(1.000000000000002438532970795181890933776 / EXP_FACTOR);
    const float a1 = (float)(.6931471805521448196800669615864773144641 / EXP_FACTOR);
    const float a2 = (float)(.2402265109513301490103372422686535526573 / EXP_FACTOR);
    const float a3 = (float)(.5550339366753125211915322047004666939128e-1 / EXP_FACTOR);

    return fmaf(fmaf(fmaf(r + a3, r, a2), r, a1), r, a0);
}

static inline double exp_polynomial_float64(double r)
{
    const double a0 = .99999999999999999998285227504999 / EXP_FACTOR;
    const double a1 = .69314718055994546743029643825322 / EXP_FACTOR;
    const double a2 = .24022650695886477918181338054308 / EXP_FACTOR;
    const double a3 = .55504108793649567998466049042729e-1 / EXP_FACTOR;
    const double a4 = .96180973140732918010002372686186e-2 / EXP_FACTOR;

    return fma(fma(fma(fma(r + a4, r, a3), r, a2), r, a1), r, a0);
}

static inline float log_polynomial_float32(float r, float start)
{
    return fmaf(fmaf(fmaf(r, 1.0f / 3, -0.5f), r, 1), r, start);
}

static inline double log_polynomial_float64(double r, double start)
{
    const double rr = r * r;
    const double even = fma(fma(fma(rr, -1.0 / 8, -1.0 / 6), rr, -1.0 / 4), rr, -1.0 / 2);
    const double odd = fma(fma(fma(rr, 1.0 / 7, 1.0 / 5), rr, 1.0 / 3), rr, 1);

    return fma(even, rr, fma(odd, r, start));
}

/* INT is the integer of T's bits, of which MANTISSA are after the point; BIAS is added to
 * exponents, RINT and FMA are T's. The result of exp is p * (scale * power): in this order, as
 * scale * power may be denormal. That of log starts with the logarithm of the leading bits; m is 1
 * and the others, which for the last entry of the tables count from another half step below 2. */
#define EXPONENTIAL(T, INT, MANTISSA, BIAS, RINT, FMA, LANES)                                      \
    SIMD static void exp_split_##T(const T *restrict in, T *restrict p, T *restrict scale,         \
                                   int *restrict step, int n)                                      \
    {                                                                                              \
        const T limit = (T)EXP_LIMIT;                                                              \
                                                                                                   \
        for (int i = 0; i < n; i++) {                                                              \
            const T above = in[i] > -limit ? in[i] : -limit;                                       \
            const T steps = (above < limit ? above : limit) * (T)(EXP_STEPS * LOG2_E);             \
            const T whole = RINT(steps);                                                           \
            const int k = (int)whole, exponent = (k >> EXP_BITS) + BIAS;                           \
            const int not_less = exponent < 0 ? 0 : exponent;                                      \
            const INT bits = (INT)(not_less > 2 * BIAS + 1 ? 2 * BIAS + 1 : not_less) << MANTISSA; \
            memcpy(&scale[i], &bits, sizeof bits);                                                 \
            p[i] = exp_polynomial_##T((steps - whole) * ((T)1 / EXP_STEPS));                       \
            step[i] = k & (EXP_STEPS - 1);                                                         \
        }                                                                                          \
    }                                                                                              \
    SIMD static void exp_join_##T(const T *restrict p, const T *restrict scale,                    \
                                  const T *restrict power, T *restrict out, int n)                 \
    {                                                                                              \
        for (int i = 0; i < n; i++)                                                                \
            out[i] = p[i] * (scale[i] * power[i]);                                                 \
    }                                                                                              \
    SIMD static void log_split_##T(const T *restrict in, T *restrict m, T *restrict exponent,      \
                                   int *restrict step, int n)                                      \
    {                                                                                              \
        const INT low = ((INT)1 << (MANTISSA - LOG_BITS)) - 1;                                     \
                                                                                                   \
        for (int i = 0; i < n; i++) {                                                              \
            INT bits;                                                                              \
            memcpy(&bits, &in[i], sizeof bits);                                                    \
            const INT near_1 = (bits & low) | (INT)BIAS << MANTISSA;                               \
            memcpy(&m[i], &near_1, sizeof near_1);                                                 \
            exponent[i] = (T)((int)((bits >> MANTISSA) & (2 * BIAS + 1)) - BIAS);                  \
            step[i] = (int)(bits >> (MANTISSA - LOG_BITS)) & (LOG_STEPS - 1);                      \
        }                                                                                          \
    }                                                                                              \
    SIMD static void log_join_##T(const T *restrict m, const T *restrict exponent,                 \
                                  const struct entry_##T *restrict entry, T *restrict out, int n)  \
    {                                                                                              \
        for (int i = 0; i < n; i++) {                                                              \
            const T inverse = entry[i].inverse;                                                    \
            const T shift = inverse == (T)0.5 ? (T)-0.5 / LOG_STEPS : 0;                           \
            const T start = FMA(exponent[i], (T)LN_2, entry[i].log);                               \
            out[i] = log_polynomial_##T(FMA(m[i] - 1, inverse, shift), start);                     \
        }                                                                                          \
    }                                                                                              \
    void exp_##T(const struct exponential *t, const T *in, T *out, int n)                          \
    {                                                                                              \
        T p[EXPONENTIAL_MOST], scale[EXPONENTIAL_MOST], power[EXPONENTIAL_MOST];                   \
        int step[EXPONENTIAL_MOST];                                                                \
                                                                                                   \
        assert(n > 0 && n <= EXPONENTIAL_MOST);                                                    \
        exp_split_##T(in, p, scale, step, n);                                                      \
        for (int i = LANES(t->T.power, step, power, n); i < n; i++)                                \
            power[i] = t->T.power[step[i]];                                                        \
        exp_join_##T(p, scale, power, out, n);                                                     \
    }                                                                                              \
    void log_##T(const struct exponential *t, const T *in, T *out, int n)                          \
    {                                                                                              \
        T m[EXPONENTIAL_MOST], exponent[EXPONENTIAL_MOST];                                         \
        struct entry_##T entry[EXPONENTIAL_MOST];                                                  \
        int step[EXPONENTIAL_MOST];                                                                \
                                                                                                   \
        assert(n > 0 && n <= EXPONENTIAL_MOST);                                                    \
        log_split_##T(in, m, exponent, step, n);                                                   \
        for (int i = 0; i < n; i++)                                                                \
            entry[i] = t->T.logs[step[i]];                                                         \
        log_join_##T(m, exponent, entry, out, n);                                                  \
    }                                                                                              \
    static void exp_row_##T(const void *state, const struct window *w)                             \
    {                                                                                              \
        const T *in = w->rows[0];                                                                  \
        T *out = w->outs[0];                                                                       \
                                                                                                   \
        for (int x = 0, n; x < w->width; x += n) {                                                 \
            n = exponential_next(in + x, w->width - x, sizeof(T));                                 \
            exp_##T(state, in + x, out + x, n);                                                    \
        }                                                                                          \
    }                                                                                              \
    static void log_row_##T(const void *state, const struct window *w)                             \
    {                                                                                              \
        const T *in = w->rows[0];                                                                  \
        T *out = w->outs[0];                                                                       \
                                                                                                   \
        for (int x = 0, n; x < w->width; x += n) {                                                 \
            n = exponential_next(in + x, w->width - x, sizeof(T));                                 \
            log_##T(state, in + x, out + x, n);                                                    \
        }                                                                                          \
    }
EXPONENTIAL(float32, int32_t, 23, 127, rintf, fmaf, lanes_pick)
EXPONENTIAL(float64, int64_t, 52, 1023, rint, fma, NO_LANES)

static row_kernel *const exp_rows[PX_N_KERNEL_TYPES] = {
    [PX_FLOAT32] = exp_row_float32,
    [PX_FLOAT64] = exp_row_float64,
};
static row_kernel *const log_rows[PX_N_KERNEL_TYPES] = {
    [PX_FLOAT32] = log_row_float32,
    [PX_FLOAT64] = log_row_float64,
};

static bool add(row_kernel *const rows[PX_N_KERNEL_TYPES], struct format in, struct stages *out,
                struct err *e)
{
    if (!op_takes(out->op_name, rows, in.type, e))
        return false;
    const struct exponential *t = exponential_new(out, e);
    return t && stages_add_row(out, rows[in.type], t, in, (struct reach){0},
                               (struct border){BORDER_REPLICATE, 0}, e);
}

static bool prepare_exp(const void *args, struct format in, struct stages *out, struct err *e)
{
    return add(exp_rows, in, out, e);
}

static bool prepare_log(const void *args, struct format in, struct stages *out, struct err *e)
{
    return add(log_rows, in, out, e);
}

const struct op op_exp = {
    .name = "exp",
    .summary = "e to the power of each pixel",
    .source = "OpenCV core, exp",
    .example = "",
    .prepare = prepare_exp,
};

const struct op op_log = {
    .name = "log",
    .summary = "natural logarithm of each pixel",
    .source = "OpenCV core, log",
    .example = "",
    .prepare = prepare_log,
};
