// in_range.cpp - random cases of in-range.
// SPDX-License-Identifier: MIT
#include "../cases.hpp"

#include <algorithm>

namespace
{

// One bound for each band, or one for all.
cv::Scalar add_bound(Case &c, Rng &rng, const char *name, const cv::Scalar &bounds)
{
    std::string text;

    if (chance(rng, 0.4)) {
        add(c, name, bounds[0]);
        return cv::Scalar::all(bounds[0]);
    }
    for (int b = 0; b < c.image.channels(); b++) {
        char number[40];
        snprintf(number, sizeof number, "%s%.17g", b ? "," : "", bounds[b]);
        text += number;
    }
    add(c, name, text);
    return bounds;
}

void in_range(Case &c, Rng &rng)
{
    cv::Scalar lower, upper;

    sprinkle(c.image, rng);
    for (int b = 0; b < 4; b++) {
        lower[b] = value_near(c, rng);
        upper[b] = value_near(c, rng);
        if (lower[b] > upper[b] && chance(rng, 0.9))
            std::swap(lower[b], upper[b]);
    }
    lower = add_bound(c, rng, "lower", lower);
    upper = add_bound(c, rng, "upper", upper);
    cv::inRange(c.image, lower, upper, c.expected);
}

const Register registered_in_range("in-range", {CV_8U, CV_16U, CV_16S, CV_32S, CV_32F, CV_64F},
                                   in_range);

} // namespace
