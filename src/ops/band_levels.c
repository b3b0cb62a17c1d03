/* band_levels.c - levels that a histogram suggests, in OpenCV's arithmetic.
 * SPDX-License-Identifier: MIT */
#include "ops/band_levels.h"

#include <float.h>

int level_otsu(const int64_t *counts, int bins)
{
    double n = 0, mu = 0, below = 0, mu_below = 0, most = 0;
    int level = 0;

    for (int i = 0; i < bins; i++) {
        n += (double)counts[i];
        mu += (double)i * (double)counts[i];
    }
    if (n == 0)
        return 0;
    const double scale = 1 / n;
    mu *= scale;
    for (int i = 0; i < bins; i++) {
        const double p = (double)counts[i] * scale;
        mu_below *= below;
        below += p;
        const double above = 1 - below;
        const double least = below < above ? below : above, other = below < above ? above : below;
        if (least < (double)FLT_EPSILON || other > 1 - (double)FLT_EPSILON)
            continue;
        mu_below = (mu_below + i * p) / below;
        const double mu_above = (mu - below * mu_below) / above;
        const double between = below * above * (mu_below - mu_above) * (mu_below - mu_above);
        if (between > most) {
            most = between;
            level = i;
        }
    }
    return level;
}

int level_triangle(const int64_t *counts)
{
    enum { BINS = 256 };
    int64_t h[BINS];
    int left = 0, right = 0, peak = 0;

    while (left < BINS - 1 && counts[left] == 0)
        left++;
    for (right = BINS - 1; right > 0 && counts[right] == 0;)
        right--;
    left -= left > 0;
    right += right < BINS - 1;
    for (int i = 0; i < BINS; i++)
        peak = counts[i] > counts[peak] ? i : peak;
    const int mirrored = peak - left < right - peak;
    for (int i = 0; i < BINS; i++)
        h[i] = counts[mirrored ? BINS - 1 - i : i];
    if (mirrored) {
        left = BINS - 1 - right;
        peak = BINS - 1 - peak;
    }
    const double a = (double)h[peak], b = left - peak;
    double most = 0;
    int level = left;
    for (int i = left + 1; i <= peak; i++) {
        const double t = a * i + b * (double)h[i];
        if (t > most) {
            most = t;
            level = i;
        }
    }
    level--;
    return mirrored ? BINS - 1 - level : level;
}
