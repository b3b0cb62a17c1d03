// scharr.cpp - random cases of scharr.
// SPDX-License-Identifier: MIT
#include "kernels.hpp"

#include <opencv2/imgproc.hpp>

namespace
{

void scharr(Case &c, Rng &rng)
{
    const int dx = random_int(rng, 0, 1);
    double scale = 1;

    add(c, "dx", dx);
    add(c, "dy", 1 - dx);
    const int ddepth = add_ddepth(c, rng, true);
    if (chance(rng, 0.3))
        add(c, "scale", scale = factor(rng));
    // Of bytes to int16, OpenCV saturates sums both before and after it adds delta.
    const bool twice = c.image.depth() == CV_8U && ddepth == CV_16S && std::fabs(scale) > 3;
    const double delta = twice ? 0 : add_delta(c, rng);
    const int border = add_border(c, rng, false);
    add_specials(c, rng);
    c.gain = 32 * std::max(1.0, std::fabs(scale));
    c.tolerance = is_integer(c.image.depth()) && scale == 1 && delta == std::rint(delta)
                      ? Tolerance::nowhere
                      : Tolerance::row_tails;
    cv::Scharr(c.image, c.expected, ddepth, dx, 1 - dx, scale, delta, border);
}

const Register registered_scharr("scharr", {CV_8U, CV_16U, CV_16S, CV_32F, CV_64F}, scharr);

} // namespace
