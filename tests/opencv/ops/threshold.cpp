// threshold.cpp - random cases of threshold.
// SPDX-License-Identifier: MIT
#include "../cases.hpp"

#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <cmath>

namespace
{

void threshold(Case &c, Rng &rng)
{
    static const Choice types[] = {{"binary", cv::THRESH_BINARY},
                                   {"binary-inv", cv::THRESH_BINARY_INV},
                                   {"trunc", cv::THRESH_TRUNC},
                                   {"tozero", cv::THRESH_TOZERO},
                                   {"tozero-inv", cv::THRESH_TOZERO_INV}};
    const double level = value_near(c, rng);
    const double maxval = chance(rng, 0.5) ? 255 : value_near(c, rng);
    const Choice type = pick(rng, types);

    add(c, "thresh", level);
    if (maxval != 255)
        add(c, "maxval", maxval);
    add(c, "type", std::string(type.name));
    // In trunc, OpenCV's own loops disagree about NaN.
    if (!is_integer(c.image.depth()) && type.value != cv::THRESH_TRUNC && chance(rng, 0.1))
        for (int i = 0; i < c.image.cols; i++)
            c.image.col(i).row(random_int(rng, 0, c.image.rows - 1)).setTo(NAN);
    cv::threshold(c.image, c.expected, level, maxval, type.value);
}

const Register registered_threshold("threshold", {CV_8U, CV_16U, CV_16S, CV_32F, CV_64F},
                                    threshold);

// Each band by itself, as OpenCV takes one.
void found_level(Case &c, Rng &rng, int method, const char *name)
{
    static const Choice types[] = {{"binary", cv::THRESH_BINARY}, {"tozero", cv::THRESH_TOZERO}};
    const Choice type = pick(rng, types);
    std::vector<cv::Mat> bands;

    if (chance(rng, 0.5)) // of random pixels the histogram is flat
        cv::GaussianBlur(c.image, c.image, {5, 5}, 0);
    c.words.push_back(std::string("--") + name);
    add(c, "type", std::string(type.name));
    cv::split(c.image, bands);
    for (cv::Mat &band : bands)
        cv::threshold(band, band, 0, 255, type.value | method);
    cv::merge(bands, c.expected);
}

void otsu(Case &c, Rng &rng)
{
    found_level(c, rng, cv::THRESH_OTSU, "otsu");
}

void triangle(Case &c, Rng &rng)
{
    found_level(c, rng, cv::THRESH_TRIANGLE, "triangle");
}

const Register registered_otsu("threshold", {CV_8U, CV_16U}, otsu);
const Register registered_triangle("threshold", {CV_8U}, triangle);

} // namespace
