/* hsv.c - OpenCV's conversions between red, green, blue and hue, saturation, value.
 * SPDX-License-Identifier: MIT */
#include "ops/hsv.h"

#include <float.h>

/* Bytes are divided through factors with so many binary places, rounded from what OpenCV's tables
 * hold; a float's quotient rounds to the same (the unit test tries all). Hue has 180 steps. */
enum { PLACES = 12, HALF = 1 << (PLACES - 1), STEPS = 180 };

SIMD static void hsv_from_rgb_uint8(const void *state, const struct window *w)
{
    const int red = *(const int *)state, width = w->width;
    const uint8 *restrict reds = w->rows[red];
    const uint8 *restrict greens = w->rows[1];
    const uint8 *restrict blues = w->rows[2 - red];
    uint8 *restrict hues = w->outs[0];
    uint8 *restrict saturations = w->outs[1];
    uint8 *restrict values = w->outs[2];

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

SIMD static void hsv_from_rgb_float32(const void *state, const struct window *w)
{
    const int red = *(const int *)state, width = w->width;
    const float *restrict reds = w->rows[red];
    const float *restrict greens = w->rows[1];
    const float *restrict blues = w->rows[2 - red];
    float *restrict hues = w->outs[0];
    float *restrict saturations = w->outs[1];
    float *restrict values = w->outs[2];

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

/* `sixths` is the hue in units of 60 degrees. A negative hue counts as in the first sixth. */
static inline struct rgb rgb_of(float sixths, float s, float v)
{
    const float whole = truncf(sixths), part = sixths - whole;
    const float sector = whole - 6 * truncf(whole * (1.0f / 6));
    const float none = v * (1 - s);
    const float falling = v * fmaf(-s, part, 1), rising = v * fmaf(-s, 1 - part, 1);
    const float r0 = sector < 1 ? v : falling, r4 = sector < 5 ? rising : v;
    const float g0 = sector < 1 ? rising : v, g3 = sector < 4 ? falling : none;
    const float b2 = sector < 3 ? rising : v, b5 = sector < 5 ? v : falling;

    return (struct rgb){
        .r = sector < 2   ? r0
             : sector < 4 ? none
                          : r4,
        .g = sector < 3 ? g0 : g3,
        .b = sector < 2   ? none
             : sector < 4 ? b2
                          : b5,
    };
}

SIMD static void hsv_to_rgb_float32(const void *state, const struct window *w)
{
    const int red = *(const int *)state, width = w->width;
    const float *restrict hues = w->rows[0];
    const float *restrict saturations = w->rows[1];
    const float *restrict values = w->rows[2];
    float *restrict reds = w->outs[red];
    float *restrict greens = w->outs[1];
    float *restrict blues = w->outs[2 - red];

    for (int x = 0; x < width; x++) {
        const struct rgb c = rgb_of(hues[x] * (6 / 360.0f), saturations[x], values[x]);
        reds[x] = c.r;
        greens[x] = c.g;
        blues[x] = c.b;
    }
}

/* What OpenCV's vector loop does, where colours are cut off, not rounded as at the ends of rows. */
SIMD static void hsv_to_rgb_uint8(const void *state, const struct window *w)
{
    const int red = *(const int *)state, width = w->width;
    const uint8 *restrict hues = w->rows[0];
    const uint8 *restrict saturations = w->rows[1];
    const uint8 *restrict values = w->rows[2];
    uint8 *restrict reds = w->outs[red];
    uint8 *restrict greens = w->outs[1];
    uint8 *restrict blues = w->outs[2 - red];

    for (int x = 0; x < width; x++) {
        const float s = (float)saturations[x] * (1 / 255.0f), v = (float)values[x] * (1 / 255.0f);
        const struct rgb c = rgb_of((float)hues[x] * (6.0f / STEPS), s, v);
        reds[x] = (uint8)(int)(c.r * 255);
        greens[x] = (uint8)(int)(c.g * 255);
        blues[x] = (uint8)(int)(c.b * 255);
    }
}

row_kernel *const hsv_from_rgb[PX_N_KERNEL_TYPES] = {
    [PX_UINT8] = hsv_from_rgb_uint8,
    [PX_FLOAT32] = hsv_from_rgb_float32,
};
row_kernel *const hsv_to_rgb[PX_N_KERNEL_TYPES] = {
    [PX_UINT8] = hsv_to_rgb_uint8,
    [PX_FLOAT32] = hsv_to_rgb_float32,
};
