// cvt_color.cpp - random cases of cvt-color.
// SPDX-License-Identifier: MIT
#include "../cases.hpp"

#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <cmath>

namespace
{

void cvt_color(Case &c, Rng &rng)
{
    static const Choice codes[] = {{"rgb2gray", cv::COLOR_RGB2GRAY},
                                   {"bgr2gray", cv::COLOR_BGR2GRAY},
                                   {"rgba2gray", cv::COLOR_RGBA2GRAY},
                                   {"bgra2gray", cv::COLOR_BGRA2GRAY}};
    const int alpha = chance(rng, 0.3) ? 1 : 0;
    const Choice code = codes[2 * alpha + random_int(rng, 0, 1)];
    std::vector<cv::Mat> bands(size_t(3 + alpha));

    for (cv::Mat &band : bands)
        cv::extractChannel(c.image, band, random_int(rng, 0, c.image.channels() - 1));
    for (cv::Mat &band : bands)
        if (chance(rng, 0.7))
            cv::flip(band, band, random_int(rng, -1, 1));
    cv::merge(bands, c.image);
    add(c, "code", std::string(code.name));
    c.tolerance = is_integer(c.image.depth()) ? Tolerance::nowhere : Tolerance::row_tails;
    cv::cvtColor(c.image, c.expected, code.value);
}

const Register registered_cvt_color("cvt-color", {CV_8U, CV_16U, CV_32F}, cvt_color);

} // namespace
