// laplacian.cpp - random cases of laplacian.
// SPDX-License-Identifier: MIT
#include "kernels.hpp"

#include <opencv2/imgproc.hpp>

namespace
{

void laplacian(Case &c, Rng &rng)
{
    const int depth = c.image.depth(), ksize = random_ksize(depth, rng);
    double scale = 1;

    add(c, "ksize", ksize);
    const int ddepth = add_ddepth(c, rng, ksize > 3);
    if (chance(rng, 0.3))
        add(c, "scale", scale = factor(rng));
    const double delta = add_delta(c, rng);
    const int border = add_border(c, rng, false);
    c.gain = std::ldexp(std::max(1.0, std::fabs(scale)), 2 * ksize);
    if (depth == CV_32F && ddepth == CV_64F) // of float32 sums
        c.ulps = std::ldexp(2, 29);
    c.tolerance = ksize <= 3 ? Tolerance::nowhere : Tolerance::row_tails;
    cv::Laplacian(c.image, c.expected, ddepth, ksize, scale, delta, border);
}

const Register registered_laplacian("laplacian", {CV_8U, CV_16U, CV_16S, CV_32F, CV_64F},
                                    laplacian);

} // namespace
