// normalize.cpp - random cases of normalize with the image's own bounds or norm, given or found.
// SPDX-License-Identifier: MIT
#include "../cases.hpp"

namespace
{

void normalize(Case &c, Rng &rng, const Choice &norm)
{
    static const int made[] = {CV_8U, CV_16U, CV_16S, CV_32F, CV_64F};
    const double alpha = random_real(rng, -300, 300), beta = random_real(rng, -300, 300);
    double min, max;
    int dtype = -1;

    cv::minMaxLoc(c.image.reshape(1), &min, &max);
    if (norm.value != cv::NORM_MINMAX) {
        if (c.image.depth() == CV_32S) // OpenCV takes the magnitude of the lowest for negative
            c.image = cv::max(c.image, lowest(CV_32S) + 1);
        add(c, "norm-type", std::string(norm.name));
        if (chance(rng, 0.2))
            add(c, "norm", cv::norm(c.image, norm.value));
    } else if (chance(rng, 0.5)) { // else they are found
        add(c, "min", min);
        add(c, "max", max);
    }
    add(c, "alpha", alpha);
    add(c, "beta", beta);
    if (chance(rng, 0.5))
        add(c, "dtype", std::string(depth_name(dtype = made[random_int(rng, 0, 4)])));
    cv::Mat result; // of fewer than 16 pixels OpenCV works in double
    if (norm.value == cv::NORM_MINMAX) {
        cv::normalize(enlarged(c.image), result, alpha, beta, norm.value, dtype);
    } else {
        const double is = cv::norm(c.image, norm.value);
        enlarged(c.image).convertTo(result, dtype, is > DBL_EPSILON ? alpha / is : 0);
    }
    c.expected = part_for(c.image, result);
    if (norm.value != cv::NORM_MINMAX && c.image.depth() >= CV_32S) {
        c.tolerance = Tolerance::all; // OpenCV rounds its sums as it goes
        c.ulps = norm.value == cv::NORM_INF ? 0 : 20;
    }
}

const std::vector<int> depths = {CV_8U, CV_16U, CV_16S, CV_32S, CV_32F, CV_64F};

const Register registered_minmax("normalize", depths, [](Case &c, Rng &rng) {
    normalize(c, rng, {"minmax", cv::NORM_MINMAX});
});
const Register registered_l1("normalize", depths, [](Case &c, Rng &rng) {
    normalize(c, rng, {"l1", cv::NORM_L1});
});
const Register registered_l2("normalize", depths, [](Case &c, Rng &rng) {
    normalize(c, rng, {"l2", cv::NORM_L2});
});
const Register registered_inf("normalize", depths, [](Case &c, Rng &rng) {
    normalize(c, rng, {"inf", cv::NORM_INF});
});

} // namespace
