// box_filter.cpp - random cases of blur, box-filter and sqr-box-filter.
// SPDX-License-Identifier: MIT
#include "../cases.hpp"

#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <cmath>

namespace
{

// What is random about a box, and how exact OpenCV is about it.
struct Box {
    cv::Size kernel;
    cv::Point anchor;
    int border;

    Box(Case &c, Rng &rng, bool least_size = false)
    {
        if (least_size) // of a row or column, sqrBoxFilter cuts the kernel, but not the anchor
            cv::resize(c.image, c.image, {std::max(2, c.image.cols), std::max(2, c.image.rows)}, 0,
                       0, cv::INTER_NEAREST);
        kernel = random_kernel(rng, chance(rng, 0.1) ? 40 : 9);
        add(c, "ksize", kernel);
        anchor = add_anchor(c, rng, kernel);
        border = add_border(c, rng, false);
        // OpenCV's sums run along the image and gather rounding; in double only float64 shows it.
        const cv::Size sums = c.image.size() + kernel;
        c.ulps = c.image.depth() == CV_64F ? sums.width + sums.height : 1;
        c.tolerance = is_integer(c.image.depth()) ? Tolerance::row_tails : Tolerance::all;
    }
};

// In row tails, OpenCV's mean of two white pixels is black.
void avoid_white_tails(Case &c, const Box &box)
{
    if (c.image.depth() == CV_8U && box.kernel.area() == 2)
        for (int x = std::max(0, c.image.cols - 16); x < c.image.cols; x++)
            cv::min(c.image.col(x), 254, c.image.col(x));
}

void blur(Case &c, Rng &rng)
{
    const Box box(c, rng);

    if (c.image.depth() == CV_8U && box.kernel.area() <= 256)
        c.tolerance = Tolerance::nowhere;
    avoid_white_tails(c, box);
    cv::blur(c.image, c.expected, box.kernel, box.anchor, box.border);
}

// At times adds a depth that OpenCV can make of sums of the image, which is returned.
int add_ddepth(Case &c, Rng &rng, bool real = false)
{
    static const int of_integers[] = {CV_8U, CV_16U, CV_16S, CV_32F, CV_64F};

    if (chance(rng, 0.3))
        return -1;
    const int depth = is_integer(c.image.depth()) && !real ? of_integers[random_int(rng, 0, 4)]
                                                           : random_int(rng, CV_32F, CV_64F);
    add(c, "ddepth", std::string(depth_name(depth)));
    return depth;
}

void box_filter(Case &c, Rng &rng)
{
    const Box box(c, rng);
    const int ddepth = add_ddepth(c, rng);
    const bool normalize = chance(rng, 0.5);

    if (!normalize) {
        add(c, "normalize", std::string("false"));
        c.gain = box.kernel.area();
        if (is_integer(c.image.depth()))
            c.tolerance = Tolerance::nowhere;
    }
    // OpenCV takes negative sums for large ones when it makes unsigned pixels of them.
    if (c.image.depth() == CV_16S && (ddepth == CV_8U || ddepth == CV_16U))
        c.image = cv::abs(c.image);
    avoid_white_tails(c, box);
    cv::boxFilter(c.image, c.expected, ddepth, box.kernel, box.anchor, normalize, box.border);
}

void sqr_box_filter(Case &c, Rng &rng)
{
    const Box box(c, rng, true);
    const bool normalize = chance(rng, 0.5);
    // In integers, OpenCV's sums beyond int32 come out as 0.
    const int ddepth = add_ddepth(c, rng, c.image.depth() != CV_8U);

    c.ulps = std::max(c.ulps, 2.0);
    if (c.image.depth() == CV_32F && ddepth != CV_32F)
        c.ulps = (c.image.size() + box.kernel).width + (c.image.size() + box.kernel).height;
    if (!normalize)
        add(c, "normalize", std::string("false"));
    if (!is_integer(c.image.depth()))
        c.gain = std::max(1.0, largest(c.image)) * (normalize ? 1 : box.kernel.area());
    else if (!normalize)
        c.tolerance = Tolerance::nowhere;
    cv::sqrBoxFilter(c.image, c.expected, ddepth, box.kernel, box.anchor, normalize, box.border);
}

// OpenCV's sums of int32 overflow.
const std::vector<int> depths = {CV_8U, CV_16U, CV_16S, CV_32F, CV_64F};
const Register registered_blur("blur", depths, blur);
const Register registered_box_filter("box-filter", depths, box_filter);
const Register registered_sqr_box_filter("sqr-box-filter", depths, sqr_box_filter);

} // namespace
