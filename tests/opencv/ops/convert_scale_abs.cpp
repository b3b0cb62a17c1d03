// convert_scale_abs.cpp - random cases of convert-scale-abs.
// SPDX-License-Identifier: MIT
#include "../cases.hpp"

#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <cmath>

namespace
{

void convert_scale_abs(Case &c, Rng &rng)
{
    double alpha, beta;

    scale_within_int32(c, rng, &alpha, &beta);
    add(c, "alpha", alpha);
    add(c, "beta", beta);
    cv::Mat result; // of fewer than 16 pixels OpenCV works in double
    cv::convertScaleAbs(enlarged(c.image), result, alpha, beta);
    c.expected = part_for(c.image, result);
}

const Register registered_convert_scale_abs("convert-scale-abs",
                                            {CV_8U, CV_16U, CV_16S, CV_32S, CV_32F, CV_64F},
                                            convert_scale_abs);

} // namespace
