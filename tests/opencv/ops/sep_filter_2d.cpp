// sep_filter_2d.cpp - random cases of sep-filter-2d.
// SPDX-License-Identifier: MIT
#include "kernels.hpp"

#include <opencv2/imgproc.hpp>

namespace
{

// Any, symmetric or antisymmetric, of real or whole numbers; or one that OpenCV has code of its own
// for.
cv::Mat random_weights(Rng &rng, bool *whole)
{
    static const std::vector<std::vector<double>> special = {
        {1, 2, 1},      {1, -2, 1},        {-1, 0, 1},       {1, 0, -1},
        {3, 10, 3},     {0.25, 0.5, 0.25}, {1, 0, -2, 0, 1}, {0.0625, 0.25, 0.375, 0.25, 0.0625},
        {1, 4, 6, 4, 1}};
    const int kind = random_int(rng, 0, 3),
              n = chance(rng, 0.1) ? random_int(rng, 1, 41) : random_int(rng, 1, 9);
    cv::Mat kernel(1, n, CV_64F);

    *whole = chance(rng, 0.4);
    if (kind == 3) {
        kernel = cv::Mat(special[size_t(random_int(rng, 0, int(special.size()) - 1))]).t();
        *whole = kernel.at<double>(0) == std::round(kernel.at<double>(0));
        return kernel;
    }
    for (int i = 0; i < n; i++) {
        const double v = random_real(rng, -3, 3);
        kernel.at<double>(i) = *whole ? std::round(v) : v;
    }
    for (int i = 0; kind > 0 && i < n; i++) {
        const double mirrored = kernel.at<double>(n - 1 - i);
        if (i >= n / 2)
            kernel.at<double>(i) = kind == 1 ? mirrored : i == n - 1 - i ? 0 : -mirrored;
    }
    return kernel;
}

void sep_filter_2d(Case &c, Rng &rng)
{
    bool whole_x, whole_y;
    const cv::Mat x = random_weights(rng, &whole_x), y = random_weights(rng, &whole_y);

    add_kernel(c, "kernel-x", x);
    add_kernel(c, "kernel-y", y);
    const cv::Point anchor = add_anchor(c, rng, {x.cols, y.cols});
    const int ddepth = add_ddepth(c, rng, true);
    const double delta = add_delta(c, rng);
    const int border = add_border(c, rng, false);
    add_specials(c, rng);
    // Sums of whole numbers are exact where all of them have less than 24 bits.
    c.gain = cv::norm(x, cv::NORM_L1) * cv::norm(y, cv::NORM_L1);
    const bool whole = is_integer(c.image.depth()) && whole_x && whole_y &&
                       delta == std::round(delta) && c.gain * largest(c.image) < (1 << 24);
    c.tolerance = whole ? Tolerance::nowhere : Tolerance::row_tails;
    c.ulps = 2 + (x.cols + y.cols) / 4;
    cv::sepFilter2D(c.image, c.expected, ddepth, x, y, anchor, delta, border);
}

const Register registered_sep_filter_2d("sep-filter-2d", {CV_8U, CV_16U, CV_16S, CV_32F, CV_64F},
                                        sep_filter_2d);

} // namespace
