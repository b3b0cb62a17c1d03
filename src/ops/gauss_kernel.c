/* gauss_kernel.c - the weights of OpenCV's Gaussian kernels.
 * SPDX-License-Identifier: MIT */
#include "ops/gauss_kernel.h"

#include "ops/neighborhood.h"

#include <math.h>
#include <string.h>

int gauss_length(double sigma, enum pixel_type type)
{
    const double length = rint(sigma * (type == PX_UINT8 ? 3 : 4) * 2 + 1);

    return (int)fmin(length, KSIZE_MAX + 1) | 1;
}

/* Without a sigma the short kernels are these, not samples of a Gaussian. */
static const double short_kernels[5][9] = {
    {1},
    {1 / 4.0, 2 / 4.0, 1 / 4.0},
    {1 / 16.0, 4 / 16.0, 6 / 16.0, 4 / 16.0, 1 / 16.0},
    {1 / 32.0, 3.5 / 32.0, 7 / 32.0, 9 / 32.0, 7 / 32.0, 3.5 / 32.0, 1 / 32.0},
    {4 / 256.0, 13 / 256.0, 30 / 256.0, 51 / 256.0, 60 / 256.0, 51 / 256.0, 30 / 256.0, 13 / 256.0,
     4 / 256.0},
};

void gauss_weights(int n, double sigma, double *weights)
{
    if (sigma <= 0 && n <= 9) {
        memcpy(weights, short_kernels[n / 2], (size_t)n * sizeof *weights);
        return;
    }
    if (sigma <= 0)
        sigma = fma(n, 0.15, 0.35);
    const double c = -0.125 / (sigma * sigma);
    double total = 0;
    for (int i = 0; i < n / 2; i++) {
        const double twice_distance = 1 - n + 2 * i;
        weights[i] = exp(twice_distance * twice_distance * c);
        total += weights[i];
    }
    const double scale = 1 / (total * 2 + 1);
    for (int i = 0; i < n / 2; i++)
        weights[n - 1 - i] = weights[i] *= scale;
    weights[n / 2] = scale;
}

/* What rounding a weight lost goes to the next one, from the ends to the middle. */
void gauss_weights_fixed(int n, const double *weights, int bits, uint32_t *fixed)
{
    const double one = (double)(1 << bits);
    uint32_t sum = 0;
    double lost = 0;

    for (int i = 0; i < n / 2; i++) {
        const double wanted = weights[i] * one + lost;
        const double rounded = rint(wanted);
        lost = wanted - rounded;
        fixed[i] = fixed[n - 1 - i] = (uint32_t)rounded;
        sum += fixed[i];
    }
    fixed[n / 2] = (1U << bits) - 2 * sum;
}
