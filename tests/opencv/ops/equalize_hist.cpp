// equalize_hist.cpp - random cases of equalize-hist.
// SPDX-License-Identifier: MIT
#include "../cases.hpp"

#include <opencv2/imgproc.hpp>

namespace
{

// Each band by itself, as OpenCV takes one.
void equalize_hist(Case &c, Rng &rng)
{
    std::vector<cv::Mat> bands;

    if (chance(rng, 0.5))
        cv::GaussianBlur(c.image, c.image, {5, 5}, 0);
    if (chance(rng, 0.1)) // one value
        c.image.setTo(random_int(rng, 0, 255));
    cv::split(c.image, bands);
    for (cv::Mat &band : bands)
        cv::equalizeHist(band, band);
    cv::merge(bands, c.expected);
}

const Register registered_equalize_hist("equalize-hist", {CV_8U}, equalize_hist);

} // namespace
