// copy_make_border.cpp - random cases of copy-make-border.
// SPDX-License-Identifier: MIT
#include "../cases.hpp"

#include <opencv2/core.hpp>

namespace
{

// At times none, at times more than the image has.
int side(Rng &rng, const char *name, Case &c)
{
    const int most = chance(rng, 0.2) ? 0 : chance(rng, 0.8) ? 9 : 150;
    const int n = random_int(rng, 0, most);

    add(c, name, double(n));
    return n;
}

void copy_make_border(Case &c, Rng &rng)
{
    const int top = side(rng, "top", c), bottom = side(rng, "bottom", c);
    const int left = side(rng, "left", c), right = side(rng, "right", c);
    const Choice border = pick(rng, borders);
    const double value = chance(rng, 0.3) ? 0 : value_near(c, rng);

    if (border.value != cv::BORDER_CONSTANT || chance(rng, 0.5))
        add(c, "border-type", std::string(border.name));
    if (value != 0)
        add(c, "border-value", value);
    cv::copyMakeBorder(c.image, c.expected, top, bottom, left, right, border.value,
                       cv::Scalar::all(value));
}

const Register registered_border("copy-make-border",
                                 {CV_8U, CV_16U, CV_16S, CV_32S, CV_32F, CV_64F}, copy_make_border);

} // namespace
