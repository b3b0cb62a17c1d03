// bilateral_filter.cpp - random cases of bilateral-filter.
// SPDX-License-Identifier: MIT
#include "../cases.hpp"

#include <opencv2/imgproc.hpp>

#include <algorithm>

namespace
{

void bilateral_filter(Case &c, Rng &rng)
{
    const int d = random_int(rng, 0, 11);
    const double color = std::max(1.0, largest(c.image)) * random_real(rng, -0.1, 1);
    const double space = random_real(rng, -1, 5);

    c.image = random_image(random_size(rng), c.image.depth(), chance(rng, 0.5) ? 1 : 3, rng);
    add(c, "d", d);
    add(c, "sigma-color", color);
    add(c, "sigma-space", space);
    // The table of float32 has no place for a constant outside the scene's range.
    int border = c.image.depth() == CV_32F ? cv::BORDER_REFLECT_101 : add_border(c, rng, true);
    if (c.image.depth() == CV_32F) {
        double least, most;
        cv::minMaxLoc(c.image.reshape(1), &least, &most);
        add(c, "min", least);
        add(c, "max", most);
        c.ulps = 32;
    }
    // There, OpenCV sums four neighbours at a time.
    c.tolerance = Tolerance::row_tails;
    c.tail = (c.image.depth() == CV_8U ? 32 : 8) * c.image.channels();
    cv::bilateralFilter(c.image, c.expected, d, color, space, border);
}

const Register registered("bilateral-filter", {CV_8U, CV_32F}, bilateral_filter);

} // namespace
