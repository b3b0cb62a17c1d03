// bitwise.cpp - random cases of bitwise-and, -or, -xor and -not.
// SPDX-License-Identifier: MIT
#include "../cases.hpp"

namespace
{

const std::vector<int> depths = {CV_8U, CV_16U, CV_16S, CV_32S};

template <void (*f)(cv::InputArray, cv::InputArray, cv::OutputArray, cv::InputArray)>
void bitwise(Case &c, Rng &rng)
{
    if (chance(rng, 0.6)) {
        c.other = random_image(c.image.size(), c.image.depth(), c.image.channels(), rng);
        add(c, "with", std::string("other"));
        f(c.image, c.other, c.expected, cv::noArray());
        return;
    }
    const double value = value_near(c, rng);
    add(c, "value", value);
    f(c.image, cv::Scalar::all(value), c.expected, cv::noArray());
}

void bitwise_not(Case &c, Rng &)
{
    cv::bitwise_not(c.image, c.expected);
}

const Register registered_and("bitwise-and", depths, bitwise<cv::bitwise_and>);
const Register registered_not("bitwise-not", depths, bitwise_not);
const Register registered_or("bitwise-or", depths, bitwise<cv::bitwise_or>);
const Register registered_xor("bitwise-xor", depths, bitwise<cv::bitwise_xor>);

} // namespace
