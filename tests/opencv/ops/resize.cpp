// resize.cpp - random cases of resize.
// SPDX-License-Identifier: MIT
#include "../cases.hpp"

#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

namespace
{

double random_factor(Rng &rng)
{
    static const double usual[] = {0.5, 1.0 / 3, 0.25, 0.7, 2, 1.5, 3, 0.1};
    static const double most[] = {1, 4};

    return chance(rng, 0.4) ? usual[random_int(rng, 0, 7)]
                            : random_real(rng, 0.02, most[random_int(rng, 0, 1)]);
}

int random_length(Rng &rng, int from)
{
    switch (random_int(rng, 0, 4)) {
    case 0:
        return std::max(1, from / random_int(rng, 1, 5));
    case 1:
        return from * random_int(rng, 1, 3);
    case 2:
        return std::max(1, from + random_int(rng, -3, 3));
    case 3:
        return random_int(rng, 1, from);
    }
    return random_int(rng, 1, 2 * from + 3);
}

// Puts the parameters of the new size into the words, and OpenCV's result, if there is one, into
// c.expected.
bool to_size(Case &c, Rng &rng, int interpolation)
{
    const cv::Size from = c.image.size();

    if (chance(rng, 0.4)) {
        const double fx = random_factor(rng), fy = chance(rng, 0.5) ? fx : random_factor(rng);
        if (std::rint(from.width * fx) < 1 || std::rint(from.height * fy) < 1)
            return false;
        add(c, "fx", fx);
        if (fy != fx || chance(rng, 0.5))
            add(c, "fy", fy);
        cv::resize(c.image, c.expected, {}, fx, fy, interpolation);
        return true;
    }
    cv::Size to(random_length(rng, from.width), random_length(rng, from.height));
    if (chance(rng, 0.2)) {
        const int longer = std::max(from.width, from.height);
        const int most = random_int(rng, 1, longer + 5);
        const double factor = std::min(1.0, double(most) / longer);
        to = {std::max(1, int(std::rint(from.width * factor))),
              std::max(1, int(std::rint(from.height * factor)))};
        add(c, "max-size", double(most));
    } else {
        if (chance(rng, 0.2))
            to.height = from.height;
        add(c, "dsize", to);
    }
    cv::resize(c.image, c.expected, to, 0, 0, interpolation);
    return true;
}

void resize(Case &c, Rng &rng)
{
    static const Choice interpolations[] = {{"linear", cv::INTER_LINEAR},
                                            {"nearest", cv::INTER_NEAREST},
                                            {"cubic", cv::INTER_CUBIC},
                                            {"area", cv::INTER_AREA},
                                            {"lanczos4", cv::INTER_LANCZOS4}};
    const int depth = c.image.depth();
    const Choice i = depth == CV_32S ? interpolations[1] : pick(rng, interpolations);

    add(c, "interpolation", std::string(i.name));
    if (depth == CV_32F && i.value == cv::INTER_LINEAR && chance(rng, 0.1))
        c.image.at<float>(random_int(rng, 0, c.image.rows - 1), 0) =
            std::numeric_limits<float>::infinity();
    while (!to_size(c, rng, i.value)) {
    }
}

const Register registered_resize("resize", {CV_8U, CV_16U, CV_16S, CV_32S, CV_32F, CV_64F}, resize);

} // namespace
