// topology.cpp - random cases of connected-components, area-open, canny and distance-transform.
// SPDX-License-Identifier: MIT
#include "../cases.hpp"

#include <opencv2/imgproc.hpp>

namespace
{

void one_band(Case &c)
{
    cv::Mat one;

    cv::extractChannel(c.image, one, 0);
    c.image = one;
}

// Noise, blobs, lines that wind through the whole image, or one value.
void make_shapes(Case &c, Rng &rng)
{
    one_band(c);
    switch (random_int(rng, 0, 4)) {
    case 0:
        break;
    case 1:
        cv::GaussianBlur(c.image, c.image, {0, 0}, random_real(rng, 0.5, 6));
        c.image = c.image > cv::mean(c.image)[0];
        break;
    case 2:
        c.image.setTo(random_int(rng, 0, 1));
        break;
    case 3: // a comb that opens to either side
        for (int y = 0; y < c.image.rows; y++)
            for (int x = 0; x < c.image.cols; x++)
                c.image.at<uchar>(y, x) = x % 2 == 0 || y == (c.image.rows - 1);
        if (chance(rng, 0.5))
            cv::flip(c.image, c.image, 0);
        break;
    default: // a line there and back
        for (int y = 0; y < c.image.rows; y++)
            for (int x = 0; x < c.image.cols; x++)
                c.image.at<uchar>(y, x) =
                    y % 2 == 0 || x == (y / 2 % 2 == 0 ? c.image.cols - 1 : 0);
    }
    if (chance(rng, 0.3)) {
        cv::Mat holes(c.image.size(), CV_8U);
        cv::randu(holes, 0, 256);
        c.image.setTo(0, holes < random_int(rng, 1, 255));
    }
}

int add_connectivity(Case &c, Rng &rng)
{
    if (chance(rng, 0.3))
        return 8;
    const int connectivity = chance(rng, 0.6) ? 4 : 8;
    add(c, "connectivity", connectivity);
    return connectivity;
}

void connected_components(Case &c, Rng &rng)
{
    make_shapes(c, rng);
    cv::connectedComponents(c.image, c.expected, add_connectivity(c, rng), CV_32S);
}

void area_open(Case &c, Rng &rng)
{
    const int least = chance(rng, 0.5) ? random_int(rng, 1, 10) : random_int(rng, 1, 1000);
    cv::Mat labels, stats, centroids;

    make_shapes(c, rng);
    add(c, "min", least);
    cv::connectedComponentsWithStats(c.image, labels, stats, centroids, add_connectivity(c, rng));
    c.expected = c.image.clone();
    for (int y = 0; y < labels.rows; y++)
        for (int x = 0; x < labels.cols; x++)
            if (stats.at<int>(labels.at<int>(y, x), cv::CC_STAT_AREA) < least)
                c.expected.at<uchar>(y, x) = 0;
}

void canny(Case &c, Rng &rng)
{
    const int aperture = 3 + 2 * random_int(rng, 0, 2);
    const double most = aperture == 3 ? 800 : aperture == 5 ? 10000 : 160000;
    const double a = random_real(rng, 0, most), b = random_real(rng, 0, most);
    const bool l2 = chance(rng, 0.5);

    if (c.image.channels() != 3)
        one_band(c);
    if (chance(rng, 0.6))
        cv::GaussianBlur(c.image, c.image, {0, 0}, random_real(rng, 0.4, 3));
    add(c, "threshold1", a);
    add(c, "threshold2", b);
    add(c, "aperture-size", aperture);
    if (l2)
        add(c, "l2-gradient", std::string("true"));
    cv::Canny(c.image, c.expected, a, b, aperture, l2);
}

void distance_transform(Case &c, Rng &rng)
{
    static const struct {
        const char *type, *mask;
        int cv_type, cv_mask;
    } kinds[] = {{"l1", nullptr, cv::DIST_L1, 3},
                 {"c", nullptr, cv::DIST_C, 3},
                 {"l2", "3", cv::DIST_L2, 3},
                 {"l2", "5", cv::DIST_L2, 5},
                 {"l2", "precise", cv::DIST_L2, cv::DIST_MASK_PRECISE}};
    const auto &kind = kinds[random_int(rng, 0, 4)];

    make_shapes(c, rng);
    add(c, "distance-type", std::string(kind.type));
    if (kind.mask)
        add(c, "mask-size", std::string(kind.mask));
    cv::distanceTransform(c.image, c.expected, kind.cv_type, kind.cv_mask);
}

const Register registered_connected_components("connected-components", {CV_8U},
                                               connected_components);
const Register registered_area_open("area-open", {CV_8U}, area_open);
const Register registered_canny("canny", {CV_8U}, canny);
const Register registered_distance_transform("distance-transform", {CV_8U}, distance_transform);

} // namespace
