// blur.cpp - random cases of blur.
// SPDX-License-Identifier: MIT
#include "../cases.hpp"

#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <cmath>

namespace
{

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

const Register registered_blur("blur", {CV_8U, CV_16U, CV_16S, CV_32F, CV_64F},
                               blur); // OpenCV's sums of int32 overflow

} // namespace
