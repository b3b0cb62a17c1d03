// polar.cpp - random cases of magnitude and phase.
// SPDX-License-Identifier: MIT
#include "../cases.hpp"

namespace
{

// Both components: a scene each, or two bands of one.
void components(Case &c, Rng &rng, cv::Mat *x, cv::Mat *y)
{
    *x = c.image;
    *y = random_image(c.image.size(), c.image.depth(), c.image.channels(), rng);
    if (chance(rng, 0.2))
        *y = *x * (chance(rng, 0.5) ? 1 : -1);
    if (chance(rng, 0.7)) {
        c.other = *y;
        add(c, "with", std::string("other"));
        return;
    }
    cv::extractChannel(*x, *x, 0);
    cv::extractChannel(*y, *y, 0);
    const cv::Mat both[] = {*x, *y};
    cv::merge(both, 2, c.image);
}

void magnitude(Case &c, Rng &rng)
{
    cv::Mat x, y, length;

    sprinkle(c.image, rng);
    components(c, rng, &x, &y);
    cv::magnitude(enlarged(x), enlarged(y), length);
    c.expected = part_for(x, length);
}

void phase(Case &c, Rng &rng)
{
    const bool degrees = chance(rng, 0.5);
    cv::Mat x, y, angle;

    components(c, rng, &x, &y);
    if (degrees)
        add(c, "angle-in-degrees", std::string("true"));
    cv::phase(enlarged(x).reshape(1), enlarged(y).reshape(1), angle, degrees);
    c.expected = part_for(x, angle.reshape(x.channels()));
}

const Register registered_magnitude("magnitude", {CV_32F, CV_64F}, magnitude);
const Register registered_phase("phase", {CV_32F, CV_64F}, phase);

} // namespace
