// pyramid.cpp - random cases of pyr-down and pyr-up.
// SPDX-License-Identifier: MIT
#include "../cases.hpp"

#include <opencv2/imgproc.hpp>

namespace
{

void pyr_down(Case &c, Rng &rng)
{
    static const Choice taken[] = {borders[0], borders[2], borders[3], borders[4]};
    const Choice border = chance(rng, 0.5) ? taken[0] : pick(rng, taken);

    if (border.value != cv::BORDER_REFLECT_101 || chance(rng, 0.5))
        add(c, "border-type", std::string(border.name));
    cv::pyrDown(c.image, c.expected, {}, border.value);
}

void pyr_up(Case &c, Rng &)
{
    cv::pyrUp(c.image, c.expected);
}

const std::vector<int> depths = {CV_8U, CV_16U, CV_16S, CV_32F, CV_64F};
const Register registered_down("pyr-down", depths, pyr_down);
const Register registered_up("pyr-up", depths, pyr_up);

} // namespace
