// arithmetic.cpp - random cases of add, subtract, multiply, divide, min, max and absdiff.
// SPDX-License-Identifier: MIT
#include "../cases.hpp"

#include <algorithm>
#include <cmath>

namespace
{

const std::vector<int> depths = {CV_8U, CV_16U, CV_16S, CV_32S, CV_32F, CV_64F};

// Beyond int32 OpenCV's conversions turn over.
const double int32_most = 2.1e9;

// At times another type for the result, as far as Tilery takes it; -1 is the image's own.
int add_dtype(Case &c, Rng &rng, bool divides)
{
    const int depth = c.image.depth();
    std::vector<int> others = {CV_32F, CV_64F};

    if (is_integer(depth) && !divides)
        others.insert(others.end(), {CV_8U, CV_16U, CV_16S, CV_32S});
    const int other = others[size_t(random_int(rng, 0, int(others.size()) - 1))];
    if (chance(rng, 0.6) || other == depth)
        return -1;
    add(c, "dtype", std::string(depth_name(other)));
    return other;
}

// The other scene.
void add_other(Case &c, Rng &rng)
{
    c.other = random_image(c.image.size(), c.image.depth(), c.image.channels(), rng);
    add(c, "with", std::string("other"));
}

// A constant, at times one for each band.
cv::Scalar add_value(Case &c, Rng &rng, double value)
{
    cv::Scalar all = cv::Scalar::all(value);
    std::string text;

    if (chance(rng, 0.8)) {
        add(c, "value", value);
        return all;
    }
    for (int b = 0; b < c.image.channels(); b++) {
        char number[40];
        all[b] = std::round(value + b);
        snprintf(number, sizeof number, "%s%.17g", b ? "," : "", all[b]);
        text += number;
    }
    for (int b = c.image.channels(); b < 4; b++)
        all[b] = all[0]; // OpenCV looks at all four when it chooses a type to work in
    add(c, "value", text);
    return all;
}

// int32 sums turn over in the same type only.
void keep_sums_small(Case &c, int dtype)
{
    if (c.image.depth() != CV_32S || dtype < 0)
        return;
    c.image /= 4;
    if (!c.other.empty())
        c.other /= 4;
}

void sum(Case &c, Rng &rng, bool subtract)
{
    const int dtype = add_dtype(c, rng, false);
    const bool with = chance(rng, 0.6);

    sprinkle(c.image, rng);
    if (with)
        add_other(c, rng);
    keep_sums_small(c, dtype);
    if (with) {
        (subtract ? cv::subtract : cv::add)(c.image, c.other, c.expected, cv::noArray(), dtype);
        return;
    }
    const double value = value_near(c, rng);
    const cv::Scalar all =
        add_value(c, rng, c.image.depth() == CV_32S && dtype >= 0 ? std::fmod(value, 1e9) : value);
    (subtract ? cv::subtract : cv::add)(c.image, all, c.expected, cv::noArray(), dtype);
}

void add_sum(Case &c, Rng &rng)
{
    sum(c, rng, false);
}

void subtract(Case &c, Rng &rng)
{
    sum(c, rng, true);
}

double add_scale(Case &c, Rng &rng, double most)
{
    double scale = chance(rng, 0.4) ? 1 : factor(rng);

    if (scale != 1)
        scale = std::min(std::max(scale, -most), most);
    if (scale != 1)
        add(c, "scale", scale);
    return scale;
}

// OpenCV's own product of uint16 turns over in its last pixels.
bool turns_over(const Case &c)
{
    return c.image.depth() == CV_16U && largest(c.image) * largest(c.other) > INT32_MAX;
}

void multiply(Case &c, Rng &rng)
{
    const int dtype = add_dtype(c, rng, false);
    const int depth = c.image.depth();

    if (depth == CV_32S && (dtype >= 0 || chance(rng, 0.5)))
        c.image /= 65536;
    if (chance(rng, 0.6)) {
        add_other(c, rng);
        if (depth == CV_32S && (dtype >= 0 || largest(c.image) < 65536))
            c.other /= 65536;
        if (turns_over(c))
            c.other /= 4;
        const double scale =
            add_scale(c, rng,
                      is_integer(depth) ? int32_most / std::max(1.0, largest(c.image)) /
                                              std::max(1.0, largest(c.other))
                                        : 1e3);
        cv::multiply(c.image, c.other, c.expected, scale, dtype);
        return;
    }
    const double bands_most = 4; // by which add_value makes the value larger for some
    if (depth == CV_32S)
        c.image /= 65536;
    const double most = is_integer(depth) ? int32_most / std::max(1.0, largest(c.image)) : 1e9;
    double value = chance(rng, 0.5) ? factor(rng) : value_near(c, rng);
    value = std::min(std::max(value, bands_most - most), most - bands_most);
    const double scale = add_scale(c, rng, most / (std::fabs(value) + bands_most));
    cv::multiply(c.image, add_value(c, rng, value), c.expected, scale, dtype);
}

void divide(Case &c, Rng &rng)
{
    const int dtype = add_dtype(c, rng, true);
    if (c.image.depth() == CV_32S)
        c.image /= 2; // the least number by -1 is too much
    const double most =
        is_integer(c.image.depth()) ? int32_most / std::max(1.0, largest(c.image)) : 1e3;

    if (chance(rng, 0.6)) {
        add_other(c, rng);
        cv::divide(c.image, c.other, c.expected, add_scale(c, rng, most), dtype);
        return;
    }
    double value = chance(rng, 0.5) ? factor(rng) : value_near(c, rng);
    if (is_integer(c.image.depth()) && std::fabs(value) < 1)
        value = value < 0 ? -1.25 : 1.25;
    const double scale = add_scale(c, rng, most);
    const bool whole_row = value > 0; // no band's constant must be 0
    const cv::Scalar all = whole_row ? add_value(c, rng, value) : cv::Scalar::all(value);
    if (!whole_row)
        add(c, "value", value);
    cv::divide(c.image, all, c.expected, scale, dtype);
}

void extreme(Case &c, Rng &rng, bool most)
{
    if (chance(rng, 0.6)) {
        add_other(c, rng);
        (most ? cv::max(c.image, c.other, c.expected) : cv::min(c.image, c.other, c.expected));
        return;
    }
    const cv::Scalar all = add_value(c, rng, value_near(c, rng));
    (most ? cv::max(c.image, all, c.expected) : cv::min(c.image, all, c.expected));
}

void least(Case &c, Rng &rng)
{
    extreme(c, rng, false);
}

void most(Case &c, Rng &rng)
{
    extreme(c, rng, true);
}

void absdiff(Case &c, Rng &rng)
{
    sprinkle(c.image, rng);
    if (chance(rng, 0.6)) {
        add_other(c, rng);
        cv::absdiff(c.image, c.other, c.expected);
    } else {
        cv::absdiff(c.image, add_value(c, rng, value_near(c, rng)), c.expected);
    }
}

const Register registered_absdiff("absdiff", depths, absdiff);
const Register registered_add("add", depths, add_sum);
const Register registered_divide("divide", depths, divide);
const Register registered_max("max", depths, most);
const Register registered_min("min", depths, least);
const Register registered_multiply("multiply", depths, multiply);
const Register registered_subtract("subtract", depths, subtract);

} // namespace
