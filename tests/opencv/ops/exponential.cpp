// exponential.cpp - random cases of exp and log.
// SPDX-License-Identifier: MIT
#include "../cases.hpp"

namespace
{

// Of any size at times, else such that the results are neither 0 nor infinite.
void scale_down(Case &c, Rng &rng)
{
    if (chance(rng, 0.9))
        c.image *= random_real(rng, 0, 100) / std::max(1.0, largest(c.image));
    sprinkle(c.image, rng);
}

template <void (*f)(cv::InputArray, cv::OutputArray)> void exponential(Case &c, Rng &rng)
{
    cv::Mat result;

    scale_down(c, rng);
    f(enlarged(c.image), result);
    c.expected = part_for(c.image, result);
}

const Register registered_exp("exp", {CV_32F, CV_64F}, exponential<cv::exp>);
const Register registered_log("log", {CV_32F, CV_64F}, exponential<cv::log>);

} // namespace
