// gaussian_blur.cpp - random cases of gaussian-blur.
// SPDX-License-Identifier: MIT
#include "../cases.hpp"

#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <cmath>

namespace
{

void gaussian_blur(Case &c, Rng &rng)
{
    const bool whole = c.image.depth() <= CV_16U;
    cv::Size kernel;
    double sigma_x = 0, sigma_y = 0;

    if (chance(rng, 0.6))
        kernel = {2 * random_int(rng, 0, 7) + 1, 2 * random_int(rng, 0, 7) + 1};
    if (kernel.empty() || chance(rng, 0.5))
        sigma_x = random_real(rng, 0.2, 4);
    if (sigma_x > 0 && chance(rng, 0.4))
        sigma_y = random_real(rng, 0.2, 4);
    if (!kernel.empty())
        add(c, "ksize", kernel);
    if (sigma_x > 0)
        add(c, "sigma-x", sigma_x);
    if (sigma_y > 0)
        add(c, "sigma-y", sigma_y);
    const int border = add_border(c, rng, whole);
    c.tolerance = whole ? Tolerance::nowhere : Tolerance::row_tails;
    if (c.image.depth() == CV_64F && (sigma_x > 0 || kernel.width > 9 || kernel.height > 9)) {
        c.tolerance = Tolerance::all; // OpenCV has an exp() of its own, some 2e-15 from libm's
        c.ulps = 9;
    }
    cv::GaussianBlur(c.image, c.expected, kernel, sigma_x, sigma_y, border);
}

const Register registered_gaussian_blur("gaussian-blur", {CV_8U, CV_16U, CV_16S, CV_32F, CV_64F},
                                        gaussian_blur);

} // namespace
