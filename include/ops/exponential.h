/* exponential.h - OpenCV's exp and log, bit for bit: a table for the leading bits and a polynomial
 * for the rest.
 *
 * Measured against OpenCV: its exp of doubles has a relative error of up to 3e-13 (a coefficient of
 * the float32 one among its own), and its log sees neither sign nor zero, denormal, infinite or NaN
 * pixels as such: log(0) is that of the least normal number.
 * SPDX-License-Identifier: MIT */
#ifndef OPS_EXPONENTIAL_H
#define OPS_EXPONENTIAL_H

#include "ops/op.h"

#include <string.h>

enum { EXP_BITS = 6, EXP_STEPS = 1 << EXP_BITS, LOG_BITS = 8, LOG_STEPS = 1 << LOG_BITS };

/* The last coefficient of exp's polynomial is 1: this one is taken out of all, and put into the
 * table. */
#define EXP_FACTOR .9670371139572337719125840413672004409288e-2
#define EXP_LIMIT (3000 / 1.4426950408889634) /* beyond, the result is 0 or infinite anyway */

struct exponential {
    double power[EXP_STEPS];                   /* EXP_FACTOR 2^(i / EXP_STEPS) */
    double log[LOG_STEPS], inverse[LOG_STEPS]; /* of 1 + i / LOG_STEPS */
    float power_f[EXP_STEPS], log_f[LOG_STEPS], inverse_f[LOG_STEPS];
};

/* The tables, owned by s; NULL with *e set when memory is short. */
const struct exponential *exponential_new(struct stages *s, struct err *e) MUST_CHECK;

static inline float exp_float32(float x, const struct exponential *t)
{
    const float a0 = (float)(1.000000000000002438532970795181890933776 / EXP_FACTOR);
    const float a1 = (float)(.6931471805521448196800669615864773144641 / EXP_FACTOR);
    const float a2 = (float)(.2402265109513301490103372422686535526573 / EXP_FACTOR);
    const float a3 = (float)(.5550339366753125211915322047004666939128e-1 / EXP_FACTOR);
    const float limit = (float)EXP_LIMIT;
    const float above = x > -limit ? x : -limit, within = above < limit ? above : limit;
    const float steps = within * (float)(EXP_STEPS * 1.4426950408889634), whole = rintf(steps);
    const float r = (steps - whole) * (1.0f / EXP_STEPS);
    const float p = fmaf(fmaf(fmaf(r + a3, r, a2), r, a1), r, a0);
    const int k = (int)whole, exponent = (k >> EXP_BITS) + 127;
    const int32_t bits = (exponent < 0 ? 0 : exponent > 255 ? 255 : exponent) << 23;
    float scale;

    memcpy(&scale, &bits, sizeof scale);
    return p * (scale * t->power_f[k & (EXP_STEPS - 1)]);
}

static inline double exp_float64(double x, const struct exponential *t)
{
    const double a0 = .99999999999999999998285227504999 / EXP_FACTOR;
    const double a1 = .69314718055994546743029643825322 / EXP_FACTOR;
    const double a2 = .24022650695886477918181338054308 / EXP_FACTOR;
    const double a3 = .55504108793649567998466049042729e-1 / EXP_FACTOR;
    const double a4 = .96180973140732918010002372686186e-2 / EXP_FACTOR;
    const double limit = EXP_LIMIT;
    const double above = x > -limit ? x : -limit, within = above < limit ? above : limit;
    const double steps = within * (EXP_STEPS * 1.4426950408889634), whole = rint(steps);
    const double r = (steps - whole) * (1.0 / EXP_STEPS);
    const double p = fma(fma(fma(fma(r + a4, r, a3), r, a2), r, a1), r, a0);
    const int k = (int)whole, exponent = (k >> EXP_BITS) + 1023;
    const int64_t bits = (int64_t)(exponent < 0 ? 0 : exponent > 2047 ? 2047 : exponent) << 52;
    double scale;

    memcpy(&scale, &bits, sizeof scale);
    return p * (scale * t->power[k & (EXP_STEPS - 1)]);
}

/* The last entries of the tables are those of 2, so that numbers just below it come out as well as
 * those just above 1; the mantissa is less than 2 by another half step. */
static inline float log_float32(float x, const struct exponential *t)
{
    int32_t bits;

    memcpy(&bits, &x, sizeof bits);
    const int32_t low = (1 << (23 - LOG_BITS)) - 1, near_1 = (bits & low) | 127 << 23;
    const int exponent = ((bits >> 23) & 255) - 127, i = (bits >> (23 - LOG_BITS)) & 255;
    float m;
    memcpy(&m, &near_1, sizeof m);
    const float shift = i == LOG_STEPS - 1 ? -0.5f / LOG_STEPS : 0;
    const float r = fmaf(m - 1, t->inverse_f[i], shift);
    const float start = fmaf((float)exponent, 0.693147180559945309f, t->log_f[i]);

    return fmaf(fmaf(fmaf(r, 1.0f / 3, -0.5f), r, 1), r, start);
}

static inline double log_float64(double x, const struct exponential *t)
{
    int64_t bits;

    memcpy(&bits, &x, sizeof bits);
    const int64_t low = (1LL << (52 - LOG_BITS)) - 1, near_1 = (bits & low) | 1023LL << 52;
    const int exponent = (int)((bits >> 52) & 2047) - 1023;
    const int i = (int)(bits >> (52 - LOG_BITS)) & 255;
    double m;
    memcpy(&m, &near_1, sizeof m);
    const double shift = i == LOG_STEPS - 1 ? -0.5 / LOG_STEPS : 0;
    const double r = fma(m - 1, t->inverse[i], shift), rr = r * r;
    const double start = fma((double)exponent, 0.693147180559945309, t->log[i]);
    const double even = fma(fma(fma(rr, -1.0 / 8, -1.0 / 6), rr, -1.0 / 4), rr, -1.0 / 2);
    const double odd = fma(fma(fma(rr, 1.0 / 7, 1.0 / 5), rr, 1.0 / 3), rr, 1);

    return fma(even, rr, fma(odd, r, start));
}

#endif
