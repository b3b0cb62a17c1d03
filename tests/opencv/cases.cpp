// cases.cpp - what the random cases of all ops share.
// SPDX-License-Identifier: MIT
#include "cases.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstring>

namespace
{

// Grown by static objects, so it must be there before any of them.
std::vector<Comparison> &registered()
{
    static std::vector<Comparison> all;

    return all;
}

} // namespace

Register::Register(const char *op, std::vector<int> depths, void (*make)(Case &c, Rng &rng))
{
    registered().push_back({op, std::move(depths), make});
}

std::vector<Comparison> comparisons()
{
    std::vector<Comparison> all = registered();

    std::sort(all.begin(), all.end(),
              [](const Comparison &a, const Comparison &b) { return strcmp(a.op, b.op) < 0; });
    return all;
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

double factor(Rng &rng)
{
    static const double usual[] = {1, -1, 0.5, 2, 0, 1.0 / 256, 0.3, 10};

    return chance(rng, 0.5) ? usual[random_int(rng, 0, 7)] : random_real(rng, -3, 3);
}

void scale_within_int32(const Case &c, Rng &rng, double *alpha, double *beta)
{
    const double most = std::max(1.0, largest(c.image));

    *alpha = factor(rng);
    *beta = chance(rng, 0.3) ? 0 : random_real(rng, -300, 300);
    if (std::fabs(*alpha) * most > 2.1e9)
        *alpha = random_real(rng, -1, 1) * 2.1e9 / most;
}

const Choice borders[5] = {{"reflect-101", cv::BORDER_REFLECT_101},
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

cv::Size random_size(Rng &rng)
{
    if (chance(rng, 0.005))
        return {257, 263};
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

const char *depth_name(int depth)
{
    static const char *const names[] = {"uint8", "int8",    "uint16", "int16",
                                        "int32", "float32", "float64"};

    return names[depth];
}

cv::Mat random_image(int depth, Rng &rng)
{
    const int channels = random_int(rng, 1, 4);

    return random_image(random_size(rng), depth, channels, rng);
}

cv::Mat random_image(cv::Size size, int depth, int channels, Rng &rng)
{
    enum { UNIFORM, CONSTANT, EXTREMES, FEW_LEVELS, GRADIENT, BYTES, UNIT, N_KINDS };
    const int kind = random_int(rng, 0, is_integer(depth) ? int(BYTES) : int(UNIT));
    const double low = lowest(depth), high = highest(depth);
    const double extremes[] = {low, high, 0, low, high};
    const double slope_x = random_real(rng, -1, 1) * high / 60;
    const double slope_y = random_real(rng, -1, 1) * high / 60;
    cv::Mat image(size, CV_MAKETYPE(CV_64F, channels));
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

cv::Mat enlarged(const cv::Mat &image)
{
    const int lanes = 32, most_at_once = 2048; // of its vectors, and of its blocks
    const int right = lanes - image.cols % lanes;
    cv::Mat larger;

    cv::copyMakeBorder(image, larger, 0, most_at_once / (image.cols + right) + 1, 0, right,
                       cv::BORDER_REPLICATE);
    return larger;
}

cv::Mat part_for(const cv::Mat &image, const cv::Mat &result)
{
    return result(cv::Rect(0, 0, image.cols, image.rows)).clone();
}

void sprinkle(cv::Mat &image, Rng &rng)
{
    static const double odd[] = {NAN, INFINITY, -INFINITY};

    if (is_integer(image.depth()) || chance(rng, 0.9))
        return;
    for (int x = 0; x < image.cols; x++)
        image.col(x).row(random_int(rng, 0, image.rows - 1)).setTo(odd[random_int(rng, 0, 2)]);
}
