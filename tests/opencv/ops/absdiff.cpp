// absdiff.cpp - random cases of absdiff.
// SPDX-License-Identifier: MIT
#include "../cases.hpp"

#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <cmath>

namespace
{

void absdiff(Case &c, Rng &rng)
{
    const double value = value_near(c, rng);

    add(c, "value", value);
    cv::absdiff(c.image, cv::Scalar::all(value), c.expected);
}

const Register registered_absdiff("absdiff", {CV_8U, CV_16U, CV_16S, CV_32S, CV_32F, CV_64F},
                                  absdiff);

} // namespace
