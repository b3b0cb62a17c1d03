// convert_to.cpp - random cases of convert-to.
// SPDX-License-Identifier: MIT
#include "../cases.hpp"

#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <cmath>

namespace
{

void convert_to(Case &c, Rng &rng)
{
    static const int targets[] = {CV_8U, CV_16U, CV_16S, CV_32S, CV_32F, CV_64F};
    const int target = targets[random_int(rng, 0, 5)];
    double alpha = 1, beta = 0;

    add(c, "type", std::string(depth_name(target)));
    if (chance(rng, 0.6)) {
        scale_within_int32(c, rng, &alpha, &beta);
        add(c, "alpha", alpha);
        add(c, "beta", beta);
    }
    c.image.convertTo(c.expected, target, alpha, beta);
}

const Register registered_convert_to("convert-to", {CV_8U, CV_16U, CV_16S, CV_32S, CV_32F, CV_64F},
                                     convert_to);

} // namespace
