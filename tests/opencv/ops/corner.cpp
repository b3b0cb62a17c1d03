// corner.cpp - random cases of corner-harris and corner-min-eigen-val.
// SPDX-License-Identifier: MIT
#include "kernels.hpp"

#include <opencv2/imgproc.hpp>

namespace
{

struct Measure {
    int block, ksize, border;
    double largest; // eigenvalue
};

// The response may be a small difference of large terms, which shows where OpenCV's derivatives of
// floats round differently: in the last columns.
Measure add_measure(Case &c, Rng &rng)
{
    Measure m;
    cv::Mat eigen, one;

    cv::extractChannel(c.image, one, 0);
    c.image = one;
    m.block = random_int(rng, 1, chance(rng, 0.1) ? 20 : 6);
    m.ksize = chance(rng, 0.2) ? -1 : 2 * random_int(rng, 0, 3) + 1;
    add(c, "block-size", m.block);
    add(c, "ksize", m.ksize);
    m.border = add_border(c, rng, false);
    cv::cornerEigenValsAndVecs(c.image, eigen, m.block, m.ksize, m.border);
    m.largest = std::max(largest(eigen), 1e-30);
    c.tolerance = Tolerance::all;
    c.ulps = c.image.depth() == CV_8U ? 2 : 256;
    return m;
}

void corner_harris(Case &c, Rng &rng)
{
    const Measure m = add_measure(c, rng);
    double k = 0.04;

    if (chance(rng, 0.5))
        add(c, "k", k = random_real(rng, 0.01, 0.3));
    c.gain = 4 * m.largest * m.largest / std::max(largest(c.image), 1e-30);
    cv::cornerHarris(c.image, c.expected, m.block, m.ksize, k, m.border);
}

void corner_min_eigen_val(Case &c, Rng &rng)
{
    const Measure m = add_measure(c, rng);

    c.gain = 2 * m.largest / std::max(largest(c.image), 1e-30);
    cv::cornerMinEigenVal(c.image, c.expected, m.block, m.ksize, m.border);
}

const Register registered_corner_harris("corner-harris", {CV_8U, CV_32F}, corner_harris);
const Register registered_corner_min_eigen_val("corner-min-eigen-val", {CV_8U, CV_32F},
                                               corner_min_eigen_val);

} // namespace
