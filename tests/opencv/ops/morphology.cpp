// morphology.cpp - random cases of erode, dilate and morphology-ex.
// SPDX-License-Identifier: MIT
#include "../cases.hpp"

#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <cmath>

namespace
{

// Cells of lowest .. 1, of which one at least is 1.
cv::Mat random_cells(cv::Size size, int lowest, Rng &rng)
{
    const double density = random_real(rng, 0, 1.2);
    cv::Mat cells(size, CV_32S, cv::Scalar(0));

    for (int &cell : cv::Mat_<int>(cells))
        if (chance(rng, density))
            cell = lowest < 0 && chance(rng, 0.5) ? lowest : 1;
    cells.at<int>(random_int(rng, 0, size.height - 1), random_int(rng, 0, size.width - 1)) = 1;
    return cells;
}

std::string text_of(const cv::Mat &kernel)
{
    cv::Mat_<int> cells;
    std::string text;

    kernel.convertTo(cells, CV_32S);

    for (int y = 0; y < cells.rows; y++)
        for (int x = 0; x < cells.cols; x++)
            text += (x ? "," : y ? ";" : "") + std::to_string(cells(y, x));
    return text;
}

// The parameters that erode, dilate and morphology-ex share.
struct Morphology {
    cv::Mat kernel;
    cv::Point anchor;
    int iterations = 1, border = cv::BORDER_CONSTANT;
    cv::Scalar value = cv::morphologyDefaultBorderValue();

    Morphology(Case &c, Rng &rng)
    {
        static const Choice shapes[] = {
            {"rect", cv::MORPH_RECT}, {"cross", cv::MORPH_CROSS}, {"ellipse", cv::MORPH_ELLIPSE}};
        const cv::Size size = random_kernel(rng, chance(rng, 0.1) ? 40 : 7);
        const Choice shape = pick(rng, shapes);

        if (chance(rng, 0.3)) {
            random_cells(size, 0, rng).convertTo(kernel, CV_8U);
            add(c, "kernel", text_of(kernel));
        } else {
            kernel = cv::getStructuringElement(shape.value, size);
            add(c, "shape", std::string(shape.name));
            if (size != cv::Size(3, 3))
                add(c, "ksize", size);
        }
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
    static const Choice types[] = {{"open", cv::MORPH_OPEN},         {"close", cv::MORPH_CLOSE},
                                   {"gradient", cv::MORPH_GRADIENT}, {"tophat", cv::MORPH_TOPHAT},
                                   {"blackhat", cv::MORPH_BLACKHAT}, {"erode", cv::MORPH_ERODE},
                                   {"dilate", cv::MORPH_DILATE}};
    const Morphology m(c, rng);
    const Choice type = pick(rng, types);

    add(c, "op", std::string(type.name));
    cv::morphologyEx(c.image, c.expected, type.value, m.kernel, m.anchor, m.iterations, m.border,
                     m.value);
}

// Of one band, as OpenCV has it.
void hitmiss(Case &c, Rng &rng)
{
    const cv::Size size = random_kernel(rng, 5);
    const cv::Mat kernel = random_cells(size, -1, rng);

    cv::extractChannel(c.image, c.image, 0);
    cv::threshold(c.image, c.image, 100, 255,
                  chance(rng, 0.8) ? cv::THRESH_BINARY : cv::THRESH_TOZERO);
    add(c, "op", std::string("hitmiss"));
    add(c, "kernel", text_of(kernel));
    const cv::Point anchor = add_anchor(c, rng, size);
    int iterations = 1;
    if (chance(rng, 0.2))
        add(c, "iterations", iterations = 2);
    cv::morphologyEx(c.image, c.expected, cv::MORPH_HITMISS, kernel, anchor, iterations);
}

void morphology_ex_or_hitmiss(Case &c, Rng &rng)
{
    if (c.image.depth() == CV_8U && chance(rng, 0.2))
        hitmiss(c, rng);
    else
        morphology_ex(c, rng);
}

const Register registered_erode("erode", {CV_8U, CV_16U, CV_16S, CV_32F, CV_64F}, erode);
const Register registered_dilate("dilate", {CV_8U, CV_16U, CV_16S, CV_32F, CV_64F}, dilate);
const Register registered_morphology_ex("morphology-ex", {CV_8U, CV_16U, CV_16S, CV_32F, CV_64F},
                                        morphology_ex_or_hitmiss);

} // namespace
