// clahe.cpp - random cases of clahe.
// SPDX-License-Identifier: MIT
#include "../cases.hpp"

#include <opencv2/imgproc.hpp>

namespace
{

// Each band by itself, as OpenCV takes one.
void clahe(Case &c, Rng &rng)
{
    static const double limits[] = {0, 0.5, 1.5, 2, 40};
    double limit = 40;
    cv::Size grid(8, 8);
    std::vector<cv::Mat> bands;

    if (chance(rng, 0.5))
        cv::GaussianBlur(c.image, c.image, {5, 5}, 0);
    if (chance(rng, 0.1)) // one value
        c.image.setTo(random_int(rng, 0, 255));
    if (chance(rng, 0.7))
        add(c, "clip-limit", limit = limits[random_int(rng, 0, 4)]);
    if (chance(rng, 0.6)) {
        grid = {random_int(rng, 1, 12), random_int(rng, 1, 12)};
        add(c, "tile-grid-size", grid);
    }
    const cv::Ptr<cv::CLAHE> clahe = cv::createCLAHE(limit, grid);
    cv::split(c.image, bands);
    for (cv::Mat &band : bands)
        clahe->apply(band, band);
    cv::merge(bands, c.expected);
}

const Register registered_clahe("clahe", {CV_8U, CV_16U}, clahe);

} // namespace
