// cases.cpp - random cases of every op, each with what OpenCV makes of it.
// SPDX-License-Identifier: MIT
#include "cases.hpp"

#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <cfloat>
#include <cmath>
#include <cstdio>

namespace
{

struct Choice {
    const char *name;
    int value;
};

template <size_t n> Choice pick(Rng &rng, const Choice (&choices)[n])
{
    return choices[random_int(rng, 0, int(n) - 1)];
}

void add(Case &c, const char *name, const std::string &value)
{
    c.words.push_back(std::string("--") + name + "=" + value);
}

void add(Case &c, const char *name, double value)
{
    char text[40];

    snprintf(text, sizeof text, "%.17g", value);
    add(c, name, std::string(text));
}

void add(Case &c, const char *name, cv::Size size)
{
    add(c, name, std::to_string(size.width) + "x" + std::to_string(size.height));
}

bool is_integer(int depth)
{
    return depth < CV_32F;
}

double lowest(int depth)
{
    return depth == CV_16S ? -32768 : depth == CV_32S ? INT32_MIN : is_integer(depth) ? 0 : -1e6;
}

double highest(int depth)
{
    return depth == CV_8U    ? 255
           : depth == CV_16U ? 65535
           : depth == CV_16S ? 32767
           : depth == CV_32S ? INT32_MAX
                             : 1e6;
}

double largest(const cv::Mat &m)
{
    double least, most;

    cv::minMaxLoc(m.reshape(1), &least, &most);
    return std::max(std::fabs(least), std::fabs(most));
}

// A value around the pixels of the image, at times a little or far outside, at times fractional.
double value_near(const Case &c, Rng &rng)
{
    const int depth = c.image.depth();
    const double span = highest(depth) - lowest(depth);
    double v = chance(rng, 0.3) ? random_real(rng, lowest(depth), highest(depth))
                                : random_real(rng, -1, 1) * std::max(1.0, largest(c.image));

    if (chance(rng, 0.1))
        v = random_real(rng, lowest(depth) - span / 4, highest(depth) + span / 4);
    if (chance(rng, 0.3))
        v = std::round(v);
    return std::min(std::max(v, -2e9), 2e9);
}

// A factor such as people write, or any.
double factor(Rng &rng)
{
    static const double usual[] = {1, -1, 0.5, 2, 0, 1.0 / 256, 0.3, 10};

    return chance(rng, 0.5) ? usual[random_int(rng, 0, 7)] : random_real(rng, -3, 3);
}

// alpha and beta such that no result leaves int32, beyond which OpenCV's conversions turn over.
void scale_within_int32(const Case &c, Rng &rng, double *alpha, double *beta)
{
    const double most = std::max(1.0, largest(c.image));

    *alpha = factor(rng);
    *beta = chance(rng, 0.3) ? 0 : random_real(rng, -300, 300);
    if (std::fabs(*alpha) * most > 2.1e9)
        *alpha = random_real(rng, -1, 1) * 2.1e9 / most;
}

const Choice borders[] = {{"reflect-101", cv::BORDER_REFLECT_101},
                          {"constant", cv::BORDER_CONSTANT},
                          {"replicate", cv::BORDER_REPLICATE},
                          {"reflect", cv::BORDER_REFLECT},
                          {"wrap", cv::BORDER_WRAP}};

int add_border(Case &c, Rng &rng, bool wrap)
{
    const Choice border = borders[random_int(rng, 0, wrap ? 4 : 3)];

    if (border.value != cv::BORDER_REFLECT_101 || chance(rng, 0.5))
        add(c, "border-type", std::string(border.name));
    return border.value;
}

cv::Size random_kernel(Rng &rng, int most)
{
    const cv::Size size(random_int(rng, 1, most), random_int(rng, 1, most));

    return chance(rng, 0.3) ? cv::Size(size.width, size.width) : size;
}

cv::Point add_anchor(Case &c, Rng &rng, cv::Size kernel)
{
    if (chance(rng, 0.5))
        return {-1, -1};
    const cv::Point p(random_int(rng, 0, kernel.width - 1), random_int(rng, 0, kernel.height - 1));
    add(c, "anchor", std::to_string(p.x) + "," + std::to_string(p.y));
    return p;
}

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

void gaussian_blur(Case &c, Rng &rng)
{
    const bool whole = c.image.depth() <= CV_16U;
    cv::Size kernel;
    double sigma_x = 0, sigma_y = 0;

    if (chance(rng, 0.6))
        kernel = {2 * random_int(rng, 0, 7) + 1, 2 * random_int(rng, 0, 7) + 1};
    if (kernel.empty() || chance(rng, 0.5))
        sigma_x = random_real(rng, 0.2, 4);
    if (sigma_x > 0 && chance(rng, 0.4))
        sigma_y = random_real(rng, 0.2, 4);
    if (!kernel.empty())
        add(c, "ksize", kernel);
    if (sigma_x > 0)
        add(c, "sigma-x", sigma_x);
    if (sigma_y > 0)
        add(c, "sigma-y", sigma_y);
    const int border = add_border(c, rng, whole);
    c.tolerance = whole ? Tolerance::nowhere : Tolerance::row_tails;
    if (c.image.depth() == CV_64F && (sigma_x > 0 || kernel.width > 9 || kernel.height > 9)) {
        c.tolerance = Tolerance::all; // OpenCV has an exp() of its own, some 2e-15 from libm's
        c.ulps = 9;
    }
    cv::GaussianBlur(c.image, c.expected, kernel, sigma_x, sigma_y, border);
}

void blur(Case &c, Rng &rng)
{
    const int depth = c.image.depth();
    const cv::Size kernel = random_kernel(rng, chance(rng, 0.1) ? 40 : 9);
    const bool small = depth == CV_8U && kernel.area() <= 256;

    add(c, "ksize", kernel);
    const cv::Point anchor = add_anchor(c, rng, kernel);
    const int border = add_border(c, rng, false);
    c.tolerance = !is_integer(depth) ? Tolerance::all
                  : small            ? Tolerance::nowhere
                                     : Tolerance::row_tails;
    // OpenCV's sums run along the image and gather rounding; in double only float64 shows it.
    const cv::Size sums = c.image.size() + kernel;
    c.ulps = depth == CV_64F ? sums.width + sums.height : 1;
    // In row tails, OpenCV's mean of two white pixels is black.
    if (depth == CV_8U && kernel.area() == 2)
        for (int x = std::max(0, c.image.cols - 10); x < c.image.cols; x++)
            cv::min(c.image.col(x), 254, c.image.col(x));
    cv::blur(c.image, c.expected, kernel, anchor, border);
}

void median_blur(Case &c, Rng &rng)
{
    const int ksize = chance(rng, 0.5) ? 3 : 5;

    add(c, "ksize", ksize);
    cv::medianBlur(c.image, c.expected, ksize);
}

void sobel(Case &c, Rng &rng)
{
    const int depth = c.image.depth();
    const int ksize = 2 * random_int(rng, 0, 3) + 1;
    const int most = ksize == 1 ? 2 : ksize - 1;
    int dx = 0, dy = 0, ddepth = -1;
    double scale = 1, delta = 0;

    while (dx + dy == 0) {
        dx = random_int(rng, 0, std::min(most, 2));
        dy = random_int(rng, 0, std::min(most, 2));
    }
    if (chance(rng, 0.6)) {
        static const int wider[] = {CV_16S, CV_32F, CV_64F};
        ddepth = wider[random_int(rng, depth == CV_8U ? 0 : depth == CV_64F ? 2 : 1, 2)];
        add(c, "ddepth", std::string(depth_name(ddepth)));
    }
    if (chance(rng, 0.3))
        add(c, "scale", scale = factor(rng));
    if (chance(rng, 0.3))
        add(c, "delta", delta = random_real(rng, -50, 50));
    add(c, "dx", dx);
    add(c, "dy", dy);
    add(c, "ksize", ksize);
    const int border = add_border(c, rng, false);
    const bool whole = is_integer(depth) && scale == 1 && std::rint(delta) == delta;
    cv::Mat taps_x, taps_y;
    cv::getDerivKernels(taps_x, taps_y, dx, dy, ksize, false, CV_64F);
    c.tolerance = whole ? Tolerance::nowhere : Tolerance::row_tails;
    c.gain = std::max(1.0, std::fabs(scale)) * cv::norm(taps_x, cv::NORM_L1) *
             cv::norm(taps_y, cv::NORM_L1);
    cv::Sobel(c.image, c.expected, ddepth, dx, dy, ksize, scale, delta, border);
}

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

void convert_scale_abs(Case &c, Rng &rng)
{
    double alpha, beta;

    scale_within_int32(c, rng, &alpha, &beta);
    add(c, "alpha", alpha);
    add(c, "beta", beta);
    cv::convertScaleAbs(c.image, c.expected, alpha, beta);
}

void convert_to(Case &c, Rng &rng)
{
    static const int targets[] = {CV_8U, CV_16U, CV_16S, CV_32S, CV_32F, CV_64F};
    const int target = targets[random_int(rng, 0, 5)];
    double alpha = 1, beta = 0;

    add(c, "type", std::string(depth_name(target)));
    if (chance(rng, 0.6)) {
        scale_within_int32(c, rng, &alpha, &beta);
        add(c, "alpha", alpha);
        add(c, "beta", beta);
    }
    c.image.convertTo(c.expected, target, alpha, beta);
}

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

void absdiff(Case &c, Rng &rng)
{
    const double value = value_near(c, rng);

    add(c, "value", value);
    cv::absdiff(c.image, cv::Scalar::all(value), c.expected);
}

void add_weighted(Case &c, Rng &rng)
{
    const double value = value_near(c, rng);
    const cv::Mat constant(c.image.size(), c.image.type(), cv::Scalar::all(value));
    double alpha, beta, gamma;

    scale_within_int32(c, rng, &alpha, &gamma);
    scale_within_int32(c, rng, &beta, &gamma);
    alpha /= 2; // so that the sum of the two stays within int32 as well
    beta = std::min(std::max(beta / 2, -0.5), 0.5);
    add(c, "alpha", alpha);
    add(c, "value", value);
    add(c, "beta", beta);
    add(c, "gamma", gamma);
    c.tolerance = Tolerance::end_tail;
    c.gain = std::fabs(alpha) + 1 +
             (std::fabs(beta * value) + std::fabs(gamma)) / std::max(1e-3, largest(c.image));
    cv::addWeighted(c.image, alpha, constant, beta, gamma, c.expected);
}

cv::Size random_size(Rng &rng)
{
    if (chance(rng, 0.02))
        return {random_int(rng, 80, 517), random_int(rng, 60, 300)};
    if (chance(rng, 0.35))
        return {random_int(rng, 1, 9), random_int(rng, 1, 9)};
    if (chance(rng, 0.2)) {
        static const int primes[] = {1, 2, 11, 13, 17, 23, 31, 37, 41, 53, 61, 73};
        return {primes[random_int(rng, 0, 11)], primes[random_int(rng, 0, 11)]};
    }
    return {random_int(rng, 1, 80), random_int(rng, 1, 60)};
}

} // namespace

const std::vector<Comparison> comparisons = {
    {"threshold", {CV_8U, CV_16U, CV_16S, CV_32F, CV_64F}, threshold},
    {"gaussian-blur", {CV_8U, CV_16U, CV_16S, CV_32F, CV_64F}, gaussian_blur},
    {"blur", {CV_8U, CV_16U, CV_16S, CV_32F, CV_64F}, blur}, // OpenCV's sums of int32 overflow
    {"median-blur", {CV_8U, CV_16U, CV_16S, CV_32F}, median_blur},
    {"sobel", {CV_8U, CV_16U, CV_16S, CV_32F, CV_64F}, sobel},
    {"erode", {CV_8U, CV_16U, CV_16S, CV_32F, CV_64F}, erode},
    {"dilate", {CV_8U, CV_16U, CV_16S, CV_32F, CV_64F}, dilate},
    {"morphology-ex", {CV_8U, CV_16U, CV_16S, CV_32F, CV_64F}, morphology_ex},
    {"convert-scale-abs", {CV_8U, CV_16U, CV_16S, CV_32S, CV_32F, CV_64F}, convert_scale_abs},
    {"convert-to", {CV_8U, CV_16U, CV_16S, CV_32S, CV_32F, CV_64F}, convert_to},
    {"cvt-color", {CV_8U, CV_16U, CV_32F}, cvt_color},
    {"absdiff", {CV_8U, CV_16U, CV_16S, CV_32S, CV_32F, CV_64F}, absdiff},
    {"add-weighted", {CV_8U, CV_16U, CV_16S, CV_32S, CV_32F, CV_64F}, add_weighted},
};

const char *depth_name(int depth)
{
    static const char *const names[] = {"uint8", "int8",    "uint16", "int16",
                                        "int32", "float32", "float64"};

    return names[depth];
}

cv::Mat random_image(int depth, Rng &rng)
{
    enum { UNIFORM, CONSTANT, EXTREMES, FEW_LEVELS, GRADIENT, BYTES, UNIT, N_KINDS };
    const int kind = random_int(rng, 0, is_integer(depth) ? int(BYTES) : int(UNIT));
    const double low = lowest(depth), high = highest(depth);
    const double extremes[] = {low, high, 0, low, high};
    const double slope_x = random_real(rng, -1, 1) * high / 60;
    const double slope_y = random_real(rng, -1, 1) * high / 60;
    const int channels = random_int(rng, 1, 4);
    cv::Mat image(random_size(rng), CV_MAKETYPE(CV_64F, channels));
    double levels[3];

    for (double &level : levels)
        level = random_real(rng, low, high);
    for (int y = 0; y < image.rows; y++)
        for (int i = 0; i < image.cols * channels; i++) {
            double &v = image.ptr<double>(y)[i];
            switch (kind) {
            case UNIFORM:
                v = random_real(rng, low, high);
                break;
            case CONSTANT:
                v = levels[0];
                break;
            case EXTREMES:
                v = extremes[random_int(rng, 0, 4)];
                break;
            case FEW_LEVELS:
                v = levels[random_int(rng, 0, 2)];
                break;
            case GRADIENT:
                v = levels[0] + slope_x * (i / channels) + slope_y * y + random_int(rng, -2, 2);
                break;
            case BYTES:
                v = random_int(rng, 0, 255);
                break;
            case UNIT:
                v = random_real(rng, 0, 1);
                break;
            }
        }
    cv::Mat out;
    image.convertTo(out, depth);
    return out;
}
