// filter_2d.cpp - random cases of filter-2d.
// SPDX-License-Identifier: MIT
#include "kernels.hpp"

#include <opencv2/imgproc.hpp>

namespace
{

cv::Mat random_weights(cv::Size size, Rng &rng)
{
    const bool whole = chance(rng, 0.4), sparse = chance(rng, 0.3);
    cv::Mat kernel(size, CV_64F);

    for (int i = 0; i < size.area(); i++) {
        const double v = random_real(rng, -3, 3);
        kernel.at<double>(i / size.width, i % size.width) = sparse && chance(rng, 0.6) ? 0
                                                            : whole ? std::round(v)
                                                                    : v;
    }
    return kernel;
}

void filter_2d(Case &c, Rng &rng)
{
    const int depth = c.image.depth();
    const cv::Size size = chance(rng, 0.05)
                              ? cv::Size(random_int(rng, 7, 20), random_int(rng, 7, 20))
                              : random_kernel(rng, 7);
    const cv::Mat kernel = random_weights(size, rng);

    add_kernel(c, "kernel", kernel);
    const cv::Point anchor = add_anchor(c, rng, size);
    const int ddepth = add_ddepth(c, rng, false), to = ddepth < 0 ? depth : ddepth;
    const double delta = add_delta(c, rng);
    const int border = add_border(c, rng, false);
    // OpenCV takes large kernels through Fourier transforms, in float32 but for float64 images.
    const bool direct_longer =
        (depth == CV_8U && to <= CV_16S) || (depth == CV_32F && to == CV_32F);
    if (size.area() >= (direct_longer ? 130 : 50)) {
        // In larger images it can mistake the sign at the joints of the transformed pieces.
        const cv::Rect part(0, 0, std::min(c.image.cols, 200), std::min(c.image.rows, 200));
        c.image = c.image(part).clone();
        c.tolerance = Tolerance::all;
        c.gain = cv::norm(kernel, cv::NORM_L1);
        c.ulps = to == CV_64F && depth != CV_64F ? std::ldexp(16, 29) : 64;
    } else {
        add_specials(c, rng);
    }
    cv::filter2D(c.image, c.expected, ddepth, kernel, anchor, delta, border);
}

const Register registered_filter_2d("filter-2d", {CV_8U, CV_16U, CV_16S, CV_32F, CV_64F},
                                    filter_2d);

} // namespace
