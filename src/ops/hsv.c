/* hsv.c - OpenCV's conversions between red, green, blue and hue, saturation, value.
 * SPDX-License-Identifier: MIT */
#include "ops/hsv.h"

#include <float.h>
#include <string.h>

/* Bytes are divided through factors with so many binary places, rounded from what OpenCV's tables
 * hold; a float's quotient rounds to the same (the unit test tries all). Hue has 180 steps. */
enum { PLACES = 12, HALF = 1 << (PLACES - 1), STEPS = 180 };

SIMD static void bytes_from_rgb(const uint8 *restrict reds, const uint8 *restrict greens,
                                const uint8 *restrict blues, uint8 *restrict hues,
                                uint8 *restrict saturations, uint8 *restrict values, int width)
{
    for (int x = 0; x < width; x++) {
        const int r = reds[x], g = greens[x], b = blues[x];
        const int rg = r > g ? r : g, most = rg > b ? rg : b;
        const int low = r < g ? r : g, least = low < b ? low : b;
        const int range = most - least;
        const float by_value = (float)(255 << PLACES) / (float)(most > 0 ? most : 1);
        const float by_range = (float)(STEPS << PLACES) / (float)(range > 0 ? 6 * range : 6);
        const int from_green = b - r + 2 * range, from_blue = r - g + 4 * range;
        const int third = most == g ? from_green : from_blue;
        const int hue = ((most == r ? g - b : third) * (int)rintf(by_range) + HALF) >> PLACES;

        hues[x] = (uint8)(hue < 0 ? hue + STEPS : hue);
        saturations[x] = (uint8)((range * (int)rintf(by_value) + HALF) >> PLACES);
        values[x] = (uint8)most;
    }
}

SIMD static void floats_from_rgb(const float *restrict reds, const float *restrict greens,
                                 const float *restrict blues, float *restrict hues,
                                 float *restrict saturations, float *restrict values, int width)
{
    for (int x = 0; x < width; x++) {
        const float r = reds[x], g = greens[x], b = blues[x];
        const float rg = r > g ? r : g, most = rg > b ? rg : b;
        const float low = r < g ? r : g, least = low < b ? low : b;
        const float range = most - least, degrees = 60 / (range + FLT_EPSILON);
        const float gb = g - b, br = b - r, rg_difference = r - g;
        const float full_circle = g < b ? 360 : 0;
        const float third = most == g ? br : rg_difference, third_start = most == g ? 120 : 240;
        const float sixth = most == r ? gb : third, start = most == r ? full_circle : third_start;

        hues[x] = fmaf(sixth, degrees, start);
        saturations[x] = range / (fabsf(most) + FLT_EPSILON);
        values[x] = most;
    }
}

struct rgb {
    float r, g, b;
};

/* One of two colours, without a choice that compilers would make a branch of. */
static inline float pick(bool first, float a, float b)
{
    const int32_t mask = -(int32_t)first;
    int32_t a_bits, b_bits;
    float picked;

    memcpy(&a_bits, &a, sizeof a);
    memcpy(&b_bits, &b, sizeof b);
    a_bits = (a_bits & mask) | (b_bits & ~mask);
    memcpy(&picked, &a_bits, sizeof picked);
    return picked;
}

/* `sixths` is the hue in units of 60 degrees. A negative hue counts as in the first sixth. */
static inline struct rgb rgb_of(float sixths, float s, float v)
{
    const float whole = truncf(sixths), part = sixths - whole;
    const float sector = whole - 6 * truncf(whole * (1.0f / 6));
    const float none = v * (1 - s);
    const float falling = v * fmaf(-s, part, 1), rising = v * fmaf(-s, 1 - part, 1);
    const bool in_1 = sector == 1, in_2 = sector == 2, in_3 = sector == 3, in_4 = sector == 4;
    const bool in_0 = sector<1, in_5 = sector> 4;

    return (struct rgb){
        .r = pick(in_0 | in_5, v, pick(in_1, falling, pick(in_4, rising, none))),
        .g = pick(in_1 | in_2, v, pick(in_0, rising, pick(in_3, falling, none))),
        .b = pick(in_3 | in_4, v, pick(in_2, rising, pick(in_5, falling, none))),
    };
}

SIMD static void floats_to_rgb(const float *restrict hues, const float *restrict saturations,
                               const float *restrict values, float *restrict reds,
                               float *restrict greens, float *restrict blues, int width)
{
    for (int x = 0; x < width; x++) {
        const struct rgb c = rgb_of(hues[x] * (6 / 360.0f), saturations[x], values[x]);
        reds[x] = c.r;
        greens[x] = c.g;
        blues[x] = c.b;
    }
}

/* What OpenCV's vector loop does, where colours are cut off, not rounded as at the ends of rows. */
SIMD static void bytes_to_rgb(const uint8 *restrict hues, const uint8 *restrict saturations,
                              const uint8 *restrict values, uint8 *restrict reds,
                              uint8 *restrict greens, uint8 *restrict blues, int width)
{
    for (int x = 0; x < width; x++) {
        const float s = (float)saturations[x] * (1 / 255.0f), v = (float)values[x] * (1 / 255.0f);
        const struct rgb c = rgb_of((float)hues[x] * (6.0f / STEPS), s, v);
        reds[x] = (uint8)(int)(c.r * 255);
        greens[x] = (uint8)(int)(c.g * 255);
        blues[x] = (uint8)(int)(c.b * 255);
    }
}

/* Rows as parameters: of so many pointers, compilers believe only these to be apart. */
#define FROM_RGB(ROWS)                                                                             \
    static void ROWS##_from_rgb_kernel(const void *state, const struct window *w)                  \
    {                                                                                              \
        const int red = *(const int *)state;                                                       \
                                                                                                   \
        ROWS##_from_rgb(w->rows[red], w->rows[1], w->rows[2 - red], w->outs[0], w->outs[1],        \
                        w->outs[2], w->width);                                                     \
    }
#define TO_RGB(ROWS)                                                                               \
    static void ROWS##_to_rgb_kernel(const void *state, const struct window *w)                    \
    {                                                                                              \
        const int red = *(const int *)state;                                                       \
                                                                                                   \
        ROWS##_to_rgb(w->rows[0], w->rows[1], w->rows[2], w->outs[red], w->outs[1],                \
                      w->outs[2 - red], w->width);                                                 \
    }
FROM_RGB(bytes)
FROM_RGB(floats)
TO_RGB(bytes)
TO_RGB(floats)

row_kernel *const hsv_from_rgb[PX_N_KERNEL_TYPES] = {
    [PX_UINT8] = bytes_from_rgb_kernel,
    [PX_FLOAT32] = floats_from_rgb_kernel,
};
row_kernel *const hsv_to_rgb[PX_N_KERNEL_TYPES] = {
    [PX_UINT8] = bytes_to_rgb_kernel,
    [PX_FLOAT32] = floats_to_rgb_kernel,
};
