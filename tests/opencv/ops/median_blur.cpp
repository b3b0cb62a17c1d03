// median_blur.cpp - random cases of median-blur.
// SPDX-License-Identifier: MIT
#include "../cases.hpp"

#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <cmath>

namespace
{

void median_blur(Case &c, Rng &rng)
{
    const bool large = c.image.depth() == CV_8U && chance(rng, 0.5);
    const int ksize = large              ? 2 * random_int(rng, 3, chance(rng, 0.1) ? 127 : 12) + 1
                      : chance(rng, 0.5) ? 3
                                         : 5;

    add(c, "ksize", ksize);
    if (large && c.image.channels() == 2) // OpenCV takes 1, 3 or 4
        cv::extractChannel(c.image, c.image, 0);
    cv::medianBlur(c.image, c.expected, ksize);
}

const Register registered_median_blur("median-blur", {CV_8U, CV_16U, CV_16S, CV_32F}, median_blur);

} // namespace
