// cvt_color.cpp - random cases of cvt-color.
// SPDX-License-Identifier: MIT
#include "../cases.hpp"

#include <opencv2/imgproc.hpp>

namespace
{

struct Code {
    const char *name;
    int value, bands;
};

const Code codes[] = {
    {"rgb2gray", cv::COLOR_RGB2GRAY, 3},   {"bgr2gray", cv::COLOR_BGR2GRAY, 3},
    {"rgba2gray", cv::COLOR_RGBA2GRAY, 4}, {"bgra2gray", cv::COLOR_BGRA2GRAY, 4},
    {"gray2rgb", cv::COLOR_GRAY2RGB, 1},   {"gray2bgr", cv::COLOR_GRAY2BGR, 1},
    {"gray2rgba", cv::COLOR_GRAY2RGBA, 1}, {"gray2bgra", cv::COLOR_GRAY2BGRA, 1},
    {"rgb2bgr", cv::COLOR_RGB2BGR, 3},     {"bgr2rgb", cv::COLOR_BGR2RGB, 3},
    {"rgb2rgba", cv::COLOR_RGB2RGBA, 3},   {"bgr2bgra", cv::COLOR_BGR2BGRA, 3},
    {"rgb2bgra", cv::COLOR_RGB2BGRA, 3},   {"bgr2rgba", cv::COLOR_BGR2RGBA, 3},
    {"rgba2rgb", cv::COLOR_RGBA2RGB, 4},   {"bgra2bgr", cv::COLOR_BGRA2BGR, 4},
    {"rgba2bgr", cv::COLOR_RGBA2BGR, 4},   {"bgra2rgb", cv::COLOR_BGRA2RGB, 4},
    {"rgba2bgra", cv::COLOR_RGBA2BGRA, 4}, {"bgra2rgba", cv::COLOR_BGRA2RGBA, 4},
    {"rgb2hsv", cv::COLOR_RGB2HSV, 3},     {"bgr2hsv", cv::COLOR_BGR2HSV, 3},
    {"hsv2rgb", cv::COLOR_HSV2RGB, 3},     {"hsv2bgr", cv::COLOR_HSV2BGR, 3},
};
enum { N_CODES = sizeof codes / sizeof codes[0], N_HSV = 4 };

// As many bands as wanted, out of those of the image.
void choose_bands(Case &c, int n, Rng &rng)
{
    std::vector<cv::Mat> bands(static_cast<size_t>(n));

    for (cv::Mat &band : bands)
        cv::extractChannel(c.image, band, random_int(rng, 0, c.image.channels() - 1));
    for (cv::Mat &band : bands)
        if (chance(rng, 0.7))
            cv::flip(band, band, random_int(rng, -1, 1));
    cv::merge(bands, c.image);
}

void cvt_color(Case &c, Rng &rng)
{
    const int n = c.image.depth() == CV_16U ? N_CODES - N_HSV : int(N_CODES); // no HSV of uint16
    const Code &code = codes[random_int(rng, 0, n - 1)];
    const bool from_hsv = code.value == cv::COLOR_HSV2RGB || code.value == cv::COLOR_HSV2BGR;
    cv::Mat result;

    if (from_hsv && c.image.depth() == CV_32F && chance(rng, 0.8))
        c.image *= 400 / std::max(1.0, largest(c.image));
    choose_bands(c, code.bands, rng);
    add(c, "code", std::string(code.name));
    cv::cvtColor(enlarged(c.image), result, code.value);
    c.expected = part_for(c.image, result);
}

const Register registered_cvt_color("cvt-color", {CV_8U, CV_16U, CV_32F}, cvt_color);

} // namespace
