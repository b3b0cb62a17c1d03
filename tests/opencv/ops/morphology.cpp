// morphology.cpp - random cases of erode, dilate and morphology-ex.
// SPDX-License-Identifier: MIT
#include "../cases.hpp"

#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <cmath>

namespace
{

// The parameters that erode, dilate and morphology-ex share.
struct Morphology {
    cv::Mat kernel;
    cv::Point anchor;
    int iterations = 1, border = cv::BORDER_CONSTANT;
    cv::Scalar value = cv::morphologyDefaultBorderValue();

    Morphology(Case &c, Rng &rng)
    {
        const cv::Size size = random_kernel(rng, chance(rng, 0.1) ? 25 : 7);

        kernel = cv::getStructuringElement(cv::MORPH_RECT, size);
        if (size != cv::Size(3, 3))
            add(c, "ksize", size);
        anchor = add_anchor(c, rng, size);
        if (chance(rng, 0.3))
            add(c, "iterations", iterations = random_int(rng, 1, 3));
        if (chance(rng, 0.5))
            return;
        const Choice picked = borders[random_int(rng, 0, 3)];
        border = picked.value;
        add(c, "border-type", std::string(picked.name));
        if (border == cv::BORDER_CONSTANT) {
            const double v =
                std::round(random_real(rng, lowest(c.image.depth()), highest(c.image.depth())));
            add(c, "border-value", v);
            value = cv::Scalar::all(v);
        }
    }
};

void erode(Case &c, Rng &rng)
{
    const Morphology m(c, rng);

    cv::erode(c.image, c.expected, m.kernel, m.anchor, m.iterations, m.border, m.value);
}

void dilate(Case &c, Rng &rng)
{
    const Morphology m(c, rng);

    cv::dilate(c.image, c.expected, m.kernel, m.anchor, m.iterations, m.border, m.value);
}

void morphology_ex(Case &c, Rng &rng)
{
    static const Choice types[] = {{"open", cv::MORPH_OPEN},
                                   {"close", cv::MORPH_CLOSE},
                                   {"gradient", cv::MORPH_GRADIENT},
                                   {"tophat", cv::MORPH_TOPHAT},
                                   {"blackhat", cv::MORPH_BLACKHAT}};
    const Morphology m(c, rng);
    const Choice type = pick(rng, types);

    add(c, "op", std::string(type.name));
    cv::morphologyEx(c.image, c.expected, type.value, m.kernel, m.anchor, m.iterations, m.border,
                     m.value);
}

const Register registered_erode("erode", {CV_8U, CV_16U, CV_16S, CV_32F, CV_64F}, erode);
const Register registered_dilate("dilate", {CV_8U, CV_16U, CV_16S, CV_32F, CV_64F}, dilate);
const Register registered_morphology_ex("morphology-ex", {CV_8U, CV_16U, CV_16S, CV_32F, CV_64F},
                                        morphology_ex);

} // namespace
