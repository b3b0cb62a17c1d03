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
    const int ksize = chance(rng, 0.5) ? 3 : 5;

    add(c, "ksize", ksize);
    cv::medianBlur(c.image, c.expected, ksize);
}

const Register registered_median_blur("median-blur", {CV_8U, CV_16U, CV_16S, CV_32F}, median_blur);

} // namespace
