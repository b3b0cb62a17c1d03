// add_weighted.cpp - random cases of add-weighted.
// SPDX-License-Identifier: MIT
#include "../cases.hpp"

#include <algorithm>
#include <cmath>

namespace
{

void add_weighted(Case &c, Rng &rng)
{
    const bool with = chance(rng, 0.6);
    const double value = value_near(c, rng);
    double alpha, beta, gamma;
    int dtype = -1;

    if (with)
        c.other = random_image(c.image.size(), c.image.depth(), c.image.channels(), rng);
    if (with)
        add(c, "with", std::string("other"));
    else
        add(c, "value", value);
    scale_within_int32(c, rng, &alpha, &gamma);
    scale_within_int32(c, rng, &beta, &gamma);
    alpha /= 2; // so that the sum of the two stays within int32 as well
    beta = std::min(std::max(beta / 2, -0.5), 0.5);
    add(c, "alpha", alpha);
    add(c, "beta", beta);
    add(c, "gamma", gamma);
    if (chance(rng, 0.3))
        add(c, "dtype", std::string(depth_name(dtype = chance(rng, 0.5) ? CV_32F : CV_64F)));
    // Where OpenCV converts to double, it does so block by block, each with last pixels of its own,
    // and constants are such blocks.
    const bool in_blocks = dtype == CV_64F || (!with && c.image.depth() == CV_64F);
    c.tolerance = in_blocks ? Tolerance::all : Tolerance::end_tail;
    const double other = with ? largest(c.other) : std::fabs(value);
    c.gain = std::fabs(alpha) + 1 +
             (std::fabs(beta * other) + std::fabs(gamma)) / std::max(1e-3, largest(c.image));
    if (with)
        cv::addWeighted(c.image, alpha, c.other, beta, gamma, c.expected, dtype);
    else
        cv::addWeighted(c.image, alpha, cv::Scalar::all(value), beta, gamma, c.expected, dtype);
}

const Register registered_add_weighted("add-weighted",
                                       {CV_8U, CV_16U, CV_16S, CV_32S, CV_32F, CV_64F},
                                       add_weighted);

} // namespace
