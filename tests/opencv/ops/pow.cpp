// pow.cpp - random cases of pow and sqrt.
// SPDX-License-Identifier: MIT
#include "../cases.hpp"

#include <algorithm>
#include <cmath>

namespace
{

double random_power(Case &c, Rng &rng)
{
    if (is_integer(c.image.depth()))
        return random_int(rng, 0, 5);
    if (chance(rng, 0.5))
        return random_int(rng, -6, 9);
    return chance(rng, 0.2) ? 0.5 : chance(rng, 0.1) ? -0.5 : random_real(rng, -3, 3);
}

void pow(Case &c, Rng &rng)
{
    const double power = random_power(c, rng);
    const bool whole = power == std::round(power);
    cv::Mat result;

    add(c, "power", power);
    if (is_integer(c.image.depth()) && power > 2) { // beyond int32 OpenCV's powers turn over
        const double most = std::floor(std::pow(INT32_MAX, 1 / power));
        cv::min(c.image, cv::Scalar::all(most), c.image);
        cv::max(c.image, cv::Scalar::all(-most), c.image);
    } else if (!whole && chance(rng, 0.8)) {
        c.image = cv::abs(c.image);
    }
    if (power == -0.5) { // OpenCV starts from the processor's estimate, which has no result for 0
        cv::max(c.image, cv::Scalar::all(1e-3), c.image);
        if (c.image.depth() == CV_32F)
            c.tolerance = Tolerance::all;
        c.ulps = 4;
        c.gain = 0;
    }
    // The whole image as one row of one band, as OpenCV's blocks then end with its vectors.
    cv::pow(enlarged(c.image).reshape(1), power, result);
    c.expected = part_for(c.image, result.reshape(c.image.channels()));
}

void square_root(Case &c, Rng &rng)
{
    sprinkle(c.image, rng);
    cv::sqrt(c.image, c.expected);
}

const Register registered_pow("pow", {CV_8U, CV_16U, CV_16S, CV_32S, CV_32F, CV_64F}, pow);
const Register registered_sqrt("sqrt", {CV_32F, CV_64F}, square_root);

} // namespace
