// compared.hpp - whether a result is OpenCV's, so that nobody times a wrong kernel.
// SPDX-License-Identifier: MIT
#ifndef COMPARED_HPP
#define COMPARED_HPP

#include "ours.hpp"

struct Difference {
    std::string text; // empty when there is none
    bool wrong;       // and more than may be
};

// Floats may differ by `ulps` of the largest pixel; the last pixels of a row, where OpenCV's loops
// round differently, by 1 or by some ulps.
Difference compare(const planes &ours, const cv::Mat &opencv, double ulps);

#endif
