// warp_affine.cpp - random cases of warp-affine.
// SPDX-License-Identifier: MIT
#include "../cases.hpp"

#include <opencv2/imgproc.hpp>

namespace
{

// Turned, stretched and sheared, around some point of the image; at times something wilder.
cv::Matx23d random_matrix(const Case &c, Rng &rng)
{
    cv::Matx23d m;

    if (chance(rng, 0.1))
        return {1, 0, double(random_int(rng, -5, 5)), 0, 1, random_real(rng, -3, 3)};
    if (chance(rng, 0.1)) {
        for (double &v : m.val)
            v = random_real(rng, -2, 2) * (chance(rng, 0.2) ? 20 : 1);
        return m;
    }
    const cv::Mat turn =
        cv::getRotationMatrix2D(cv::Point2f(float(random_real(rng, 0, c.image.cols)),
                                            float(random_real(rng, 0, c.image.rows))),
                                random_real(rng, -180, 180), random_real(rng, 0.3, 3));
    m = cv::Matx23d(turn.ptr<double>());
    if (chance(rng, 0.3))
        m(0, 1) += random_real(rng, -0.5, 0.5);
    return m;
}

std::string text_of(const cv::Matx23d &m)
{
    std::string text;
    char number[40];

    for (int i = 0; i < 6; i++) {
        snprintf(number, sizeof number, "%s%.17g", i ? "," : "", m.val[i]);
        text += number;
    }
    return text;
}

void warp_affine(Case &c, Rng &rng)
{
    const bool nearest = c.image.depth() == CV_32S || chance(rng, 0.3);
    const bool replicate = chance(rng, 0.3), inverse = chance(rng, 0.3);
    const double value = chance(rng, 0.5) ? 0 : value_near(c, rng);
    const cv::Matx23d m = random_matrix(c, rng);
    cv::Size size = c.image.size();

    add(c, "m", text_of(m));
    if (nearest)
        add(c, "flags", std::string("nearest"));
    if (chance(rng, 0.5)) {
        size = random_size(rng);
        add(c, "dsize", size);
    }
    if (inverse)
        c.words.push_back("--inverse-map");
    if (replicate)
        add(c, "border-type", std::string("replicate"));
    if (value != 0)
        add(c, "border-value", value);
    cv::warpAffine(c.image, c.expected, m, size,
                   (nearest ? cv::INTER_NEAREST : cv::INTER_LINEAR) |
                       (inverse ? cv::WARP_INVERSE_MAP : 0),
                   replicate ? cv::BORDER_REPLICATE : cv::BORDER_CONSTANT, cv::Scalar::all(value));
}

const Register registered_warp("warp-affine", {CV_8U, CV_16U, CV_16S, CV_32S, CV_32F, CV_64F},
                               warp_affine);

} // namespace
