// crop.cpp - random cases of crop.
// SPDX-License-Identifier: MIT
#include "../cases.hpp"

#include <opencv2/core.hpp>

namespace
{

// At times the whole image, at times a single row, column or pixel.
cv::Range side(Rng &rng, int length)
{
    if (chance(rng, 0.1))
        return cv::Range(0, length);
    const int start = random_int(rng, 0, length - 1);
    const int n = chance(rng, 0.1) ? 1 : random_int(rng, 1, length - start);
    return cv::Range(start, start + n);
}

void crop(Case &c, Rng &rng)
{
    const cv::Range x = side(rng, c.image.cols), y = side(rng, c.image.rows);

    add(c, "window",
        std::to_string(x.start) + "," + std::to_string(y.start) + "," + std::to_string(x.size()) +
            "," + std::to_string(y.size()));
    c.expected = c.image(y, x).clone();
}

const Register registered_crop("crop", {CV_8U, CV_16U, CV_16S, CV_32S, CV_32F, CV_64F}, crop);

} // namespace
