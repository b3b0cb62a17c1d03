// kernels.hpp - weights and pixel types of random filters.
// SPDX-License-Identifier: MIT
#ifndef KERNELS_HPP
#define KERNELS_HPP

#include "../cases.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

// At times adds --ddepth, as a type that OpenCV's filters make of the image's (filter2D makes no
// float64 of float32); -1 means the same.
inline int add_ddepth(Case &c, Rng &rng, bool separable)
{
    static const int wider[] = {CV_16S, CV_32F, CV_64F};
    const int depth = c.image.depth();

    if (chance(rng, 0.4))
        return -1;
    const int ddepth = depth == CV_32F && !separable ? CV_32F
                                                     : wider[random_int(rng,
                                                                        depth == CV_8U    ? 0
                                                                        : depth == CV_64F ? 2
                                                                                          : 1,
                                                                        2)];
    add(c, "ddepth", std::string(depth_name(ddepth)));
    return ddepth;
}

// Of a derivative whose sums stay within int32, beyond which OpenCV's conversions turn over.
inline int random_ksize(int depth, Rng &rng)
{
    const bool large = depth != CV_16U && depth != CV_16S && chance(rng, 0.1);

    return 2 * random_int(rng, 0, large ? 5 : 3) + 1;
}

inline double add_delta(Case &c, Rng &rng)
{
    if (chance(rng, 0.6))
        return 0;
    const double delta = chance(rng, 0.3) ? random_int(rng, -50, 50) : random_real(rng, -50, 50);
    add(c, "delta", delta);
    return delta;
}

// --name=a,b;c,d
inline void add_kernel(Case &c, const char *name, const cv::Mat &kernel)
{
    std::string text;
    char number[40];

    for (int y = 0; y < kernel.rows; y++)
        for (int x = 0; x < kernel.cols; x++) {
            snprintf(number, sizeof number, "%.17g", kernel.at<double>(y, x));
            text += number;
            text += x + 1 < kernel.cols ? "," : y + 1 < kernel.rows ? ";" : "";
        }
    add(c, name, text);
}

// At times turns some pixels of floats into NaN and infinities.
inline void add_specials(Case &c, Rng &rng)
{
    static const double specials[] = {NAN, INFINITY, -INFINITY};

    if (is_integer(c.image.depth()) || !chance(rng, 0.1))
        return;
    for (int i = random_int(rng, 1, 5); i > 0; i--) {
        const int y = random_int(rng, 0, c.image.rows - 1);
        const int x = random_int(rng, 0, c.image.cols * c.image.channels() - 1);
        const double v = specials[random_int(rng, 0, 2)];
        if (c.image.depth() == CV_32F)
            c.image.ptr<float>(y)[x] = float(v);
        else
            c.image.ptr<double>(y)[x] = v;
    }
}

#endif
