// adaptive_threshold.cpp - random cases of adaptive-threshold.
// SPDX-License-Identifier: MIT
#include "../cases.hpp"

#include <opencv2/imgproc.hpp>

namespace
{

void adaptive_threshold(Case &c, Rng &rng)
{
    static const Choice methods[] = {{"mean", cv::ADAPTIVE_THRESH_MEAN_C},
                                     {"gaussian", cv::ADAPTIVE_THRESH_GAUSSIAN_C}};
    static const Choice types[] = {{"binary", cv::THRESH_BINARY},
                                   {"binary-inv", cv::THRESH_BINARY_INV}};
    const Choice method = pick(rng, methods), type = pick(rng, types);
    const int side = 1 + 2 * random_int(rng, 1, chance(rng, 0.2) ? 20 : 6);
    const double most = chance(rng, 0.5) ? 255 : random_real(rng, -10, 300);
    const double less = chance(rng, 0.1) ? random_real(rng, -400, 400) : random_real(rng, -9, 9);

    if (chance(rng, 0.3)) // pixels near their mean
        cv::GaussianBlur(c.image, c.image, {}, 3);
    add(c, "block-size", side);
    add(c, "c", chance(rng, 0.5) ? std::round(less) : less);
    add(c, "adaptive-method", std::string(method.name));
    add(c, "threshold-type", std::string(type.name));
    add(c, "max-value", most);
    std::vector<cv::Mat> bands;
    cv::split(c.image, bands);
    for (cv::Mat &band : bands)
        cv::adaptiveThreshold(band, band, most, method.value, type.value, side,
                              std::stod(c.words[2].substr(4)));
    cv::merge(bands, c.expected);
}

const Register registered("adaptive-threshold", {CV_8U}, adaptive_threshold);

} // namespace
