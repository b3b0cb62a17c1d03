// normalize.cpp - random cases of normalize with the image's own bounds, given or found.
// SPDX-License-Identifier: MIT
#include "../cases.hpp"

namespace
{

void normalize(Case &c, Rng &rng)
{
    static const int depths[] = {CV_8U, CV_16U, CV_16S, CV_32F, CV_64F};
    const double alpha = random_real(rng, -300, 300), beta = random_real(rng, -300, 300);
    double min, max;
    int dtype = -1;

    cv::minMaxLoc(c.image.reshape(1), &min, &max);
    if (chance(rng, 0.5)) { // else they are found
        add(c, "min", min);
        add(c, "max", max);
    }
    add(c, "alpha", alpha);
    add(c, "beta", beta);
    if (chance(rng, 0.5))
        add(c, "dtype", std::string(depth_name(dtype = depths[random_int(rng, 0, 4)])));
    cv::Mat result; // of fewer than 16 pixels OpenCV works in double
    cv::normalize(enlarged(c.image), result, alpha, beta, cv::NORM_MINMAX, dtype);
    c.expected = part_for(c.image, result);
}

const Register registered_normalize("normalize", {CV_8U, CV_16U, CV_16S, CV_32S, CV_32F, CV_64F},
                                    normalize);

} // namespace
