// compare.cpp - random cases of compare.
// SPDX-License-Identifier: MIT
#include "../cases.hpp"

namespace
{

void compare(Case &c, Rng &rng)
{
    static const char *const names[] = {"eq", "gt", "ge", "lt", "le", "ne"};
    const int cmpop = random_int(rng, 0, 5);

    add(c, "cmpop", std::string(names[cmpop]));
    if (chance(rng, 0.5)) {
        c.other = random_image(c.image.size(), c.image.depth(), c.image.channels(), rng);
        if (chance(rng, 0.3))
            c.image.copyTo(c.other); // much of it equal
        add(c, "with", std::string("other"));
        cv::compare(c.image, c.other, c.expected, cmpop);
        return;
    }
    const double some =
        chance(rng, 0.5) ? random_int(rng, -300, 70000) : random_int(rng, -2000, 2000) / 8.0;
    add(c, "value", some);
    cv::compare(c.image, some, c.expected, cmpop);
}

const Register op{"compare", {CV_8U, CV_16U, CV_16S, CV_32S, CV_32F, CV_64F}, compare};

} // namespace
