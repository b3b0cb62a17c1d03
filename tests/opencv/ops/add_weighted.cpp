// add_weighted.cpp - random cases of add-weighted.
// SPDX-License-Identifier: MIT
#include "../cases.hpp"

#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <cmath>

namespace
{

void add_weighted(Case &c, Rng &rng)
{
    const double value = value_near(c, rng);
    const cv::Mat constant(c.image.size(), c.image.type(), cv::Scalar::all(value));
    double alpha, beta, gamma;

    scale_within_int32(c, rng, &alpha, &gamma);
    scale_within_int32(c, rng, &beta, &gamma);
    alpha /= 2; // so that the sum of the two stays within int32 as well
    beta = std::min(std::max(beta / 2, -0.5), 0.5);
    add(c, "alpha", alpha);
    add(c, "value", value);
    add(c, "beta", beta);
    add(c, "gamma", gamma);
    c.tolerance = Tolerance::end_tail;
    c.gain = std::fabs(alpha) + 1 +
             (std::fabs(beta * value) + std::fabs(gamma)) / std::max(1e-3, largest(c.image));
    cv::addWeighted(c.image, alpha, constant, beta, gamma, c.expected);
}

const Register registered_add_weighted("add-weighted",
                                       {CV_8U, CV_16U, CV_16S, CV_32S, CV_32F, CV_64F},
                                       add_weighted);

} // namespace
