// sobel.cpp - random cases of sobel.
// SPDX-License-Identifier: MIT
#include "kernels.hpp"

#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <cmath>

namespace
{

void sobel(Case &c, Rng &rng)
{
    const int depth = c.image.depth();
    const int ksize = random_ksize(depth, rng);
    const int most = ksize == 1 ? 2 : ksize - 1;
    int dx = 0, dy = 0, ddepth = -1;
    double scale = 1, delta = 0;

    while (dx + dy == 0) {
        dx = random_int(rng, 0, std::min(most, 2));
        dy = random_int(rng, 0, std::min(most, 2));
    }
    if (chance(rng, 0.6)) {
        static const int wider[] = {CV_16S, CV_32F, CV_64F};
        ddepth = wider[random_int(rng, depth == CV_8U ? 0 : depth == CV_64F ? 2 : 1, 2)];
        add(c, "ddepth", std::string(depth_name(ddepth)));
    }
    if (chance(rng, 0.3))
        add(c, "scale", scale = factor(rng));
    if (chance(rng, 0.3))
        add(c, "delta", delta = random_real(rng, -50, 50));
    add(c, "dx", dx);
    add(c, "dy", dy);
    add(c, "ksize", ksize);
    const int border = add_border(c, rng, false);
    const bool whole = is_integer(depth) && scale == 1 && std::rint(delta) == delta;
    cv::Mat taps_x, taps_y;
    cv::getDerivKernels(taps_x, taps_y, dx, dy, ksize, false, CV_64F);
    c.tolerance = whole ? Tolerance::nowhere : Tolerance::row_tails;
    c.gain = std::max(1.0, std::fabs(scale)) * cv::norm(taps_x, cv::NORM_L1) *
             cv::norm(taps_y, cv::NORM_L1);
    cv::Sobel(c.image, c.expected, ddepth, dx, dy, ksize, scale, delta, border);
}

const Register registered_sobel("sobel", {CV_8U, CV_16U, CV_16S, CV_32F, CV_64F}, sobel);

} // namespace
