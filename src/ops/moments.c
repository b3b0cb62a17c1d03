/* moments.c - mean and variance, of parts that are put together.
 * SPDX-License-Identifier: MIT */
#include "ops/moments.h"

#include "ops/op.h"
#include "ops/pixel_key.h"

__extension__ typedef unsigned __int128 uint128;
__extension__ typedef __int128 int128;

/* --- floats ----------------------------------------------------------------------------------- */

struct moments moments_join(struct moments a, struct moments b)
{
    if (a.n == 0 || b.n == 0)
        return a.n == 0 ? b : a;
    const double n = (double)(a.n + b.n), share = (double)b.n / n, apart = b.mean - a.mean;
    return (struct moments){
        .n = a.n + b.n,
        .mean = a.mean + apart * share,
        .squares = a.squares + b.squares + apart * apart * ((double)a.n * share),
    };
}

static double add_up(const double *v, int n)
{
    double sum = 0;

    for (int i = 0; i < n; i++)
        sum += v[i];
    return sum;
}

/* In lanes, which are added up at the end: the order is fixed, and a compiler can use vectors. What
 * the mean was rounded by is what deviations from it add up to. */
#define MOMENTS(T)                                                                                 \
    SIMD struct moments moments_##T(const T *restrict row, int n) {                                \
        enum { LANES = 16 };                                                                       \
        double sums[LANES] = {0}, off[LANES] = {0}, squares[LANES] = {0};                          \
        int x = 0;                                                                                 \
                                                                                                   \
        if (n == 0)                                                                                \
            return (struct moments){0};                                                            \
        for (; x + LANES <= n; x += LANES)                                                         \
            for (int i = 0; i < LANES; i++)                                                        \
                sums[i] += (double)row[x + i];                                                     \
        for (; x < n; x++)                                                                         \
            sums[x % LANES] += (double)row[x];                                                     \
        const double mean = add_up(sums, LANES) / n;                                               \
        for (x = 0; x + LANES <= n; x += LANES)                                                    \
            for (int i = 0; i < LANES; i++) {                                                      \
                const double d = (double)row[x + i] - mean;                                        \
                off[i] += d;                                                                       \
                squares[i] += d * d;                                                               \
            }                                                                                      \
        for (; x < n; x++) {                                                                       \
            const double d = (double)row[x] - mean;                                                \
            off[x % LANES] += d;                                                                   \
            squares[x % LANES] += d * d;                                                           \
        }                                                                                          \
        const double rest = add_up(off, LANES);                                                    \
        return (struct moments){n, mean + rest / n, add_up(squares, LANES) - rest *(rest / n)};    \
    }
MOMENTS(float32)
MOMENTS(float64)

/* --- integers --------------------------------------------------------------------------------- */

static struct wide wide_of(uint128 v)
{
    return (struct wide){{(uint64_t)v, (uint64_t)(v >> 64), 0}};
}

static void wide_add(struct wide *to, struct wide v)
{
    uint128 carry = 0;

    for (int i = 0; i < 3; i++) {
        carry += (uint128)to->w[i] + v.w[i];
        to->w[i] = (uint64_t)carry;
        carry >>= 64;
    }
}

static struct wide wide_times(struct wide a, uint64_t by)
{
    struct wide out;
    uint128 carry = 0;

    for (int i = 0; i < 3; i++) {
        carry += (uint128)a.w[i] * by;
        out.w[i] = (uint64_t)carry;
        carry >>= 64;
    }
    return out;
}

static struct wide wide_negative(struct wide a)
{
    struct wide out = {{~a.w[0], ~a.w[1], ~a.w[2]}};

    wide_add(&out, wide_of(1));
    return out;
}

static double wide_real(struct wide a)
{
    return (double)a.w[2] * 0x1p128 + ((double)a.w[1] * 0x1p64 + (double)a.w[0]);
}

void key_sums_add(struct key_sums *to, const struct key_sums *from)
{
    wide_add(&to->keys, from->keys);
    wide_add(&to->squares, from->squares);
}

void key_sums_count(struct key_sums *to, uint64_t key, int64_t n)
{
    wide_add(&to->keys, wide_of((uint128)key * (uint64_t)n));
    wide_add(&to->squares, wide_times(wide_of((uint128)key * key), (uint64_t)n));
}

/* Of 64 bits each, sums of 32768 halves of squares cannot overflow. */
#define SUM_32(T)                                                                                  \
    SIMD void key_sums_##T(struct key_sums *to, const T *restrict row, int n)                      \
    {                                                                                              \
        uint64_t sum = 0, low = 0, high = 0;                                                       \
                                                                                                   \
        for (int x = 0; x < n; x++) {                                                              \
            const uint64_t key = key_##T(row[x]), square = key * key;                              \
            sum += key;                                                                            \
            low += (uint32)square;                                                                 \
            high += square >> 32;                                                                  \
        }                                                                                          \
        wide_add(&to->keys, wide_of(sum));                                                         \
        wide_add(&to->squares, wide_of(((uint128)high << 32) + low));                              \
    }
SUM_32(uint32)
SUM_32(int32)

#define SUM_64(T)                                                                                  \
    void key_sums_##T(struct key_sums *to, const T *restrict row, int n)                           \
    {                                                                                              \
        uint128 sum = 0;                                                                           \
                                                                                                   \
        for (int x = 0; x < n; x++) {                                                              \
            const uint64_t key = key_##T(row[x]);                                                  \
            sum += key;                                                                            \
            wide_add(&to->squares, wide_of((uint128)key *key));                                    \
        }                                                                                          \
        wide_add(&to->keys, wide_of(sum));                                                         \
    }
SUM_64(uint64)
SUM_64(int64)

/* Deviations are taken from the integer c next to the mean, r / n above it. Their squares add up to
 * sum k^2 - 2 c sum k + n c^2, which is right modulo 2^192 as it is less than that; of these,
 * r^2 / n is at most a half (an integer is no more than its square), so that nothing cancels. */
void key_sums_moments(const struct key_sums *s, int64_t n, uint64_t zero, double *mean,
                      double *variance)
{
    const uint128 sum = (uint128)s->keys.w[1] << 64 | s->keys.w[0];
    uint64_t c = (uint64_t)(sum / (uint64_t)n);
    int64_t r = (int64_t)(sum % (uint64_t)n);
    struct wide squares = s->squares, cross;

    if (r > n - r) {
        c++;
        r -= n;
    }
    cross = wide_times(wide_times(s->keys, c), 2);
    wide_add(&squares, wide_negative(cross));
    wide_add(&squares, wide_times(wide_of((uint128)c * c), (uint64_t)n));
    *mean = (double)((int128)c - (int128)zero) + (double)r / (double)n;
    *variance = (wide_real(squares) - (double)r * ((double)r / (double)n)) / (double)n;
}
