// flip.cpp - random cases of flip, rotate and transpose.
// SPDX-License-Identifier: MIT
#include "../cases.hpp"

#include <opencv2/core.hpp>

namespace
{

const std::vector<int> every = {CV_8U, CV_16U, CV_16S, CV_32S, CV_32F, CV_64F};

void flip(Case &c, Rng &rng)
{
    const int code = random_int(rng, -1, 1);

    add(c, "flip-code", std::to_string(code));
    cv::flip(c.image, c.expected, code);
}

void rotate(Case &c, Rng &rng)
{
    static const Choice codes[] = {{"90", cv::ROTATE_90_CLOCKWISE},
                                   {"180", cv::ROTATE_180},
                                   {"270", cv::ROTATE_90_COUNTERCLOCKWISE}};
    const Choice code = pick(rng, codes);

    add(c, "rotate-code", std::string(code.name));
    cv::rotate(c.image, c.expected, code.value);
}

void transpose(Case &c, Rng &)
{
    cv::transpose(c.image, c.expected);
}

const Register registered_flip("flip", every, flip);
const Register registered_rotate("rotate", every, rotate);
const Register registered_transpose("transpose", every, transpose);

} // namespace
