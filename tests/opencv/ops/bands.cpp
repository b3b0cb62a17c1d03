// bands.cpp - random cases of extract-channel and merge.
// SPDX-License-Identifier: MIT
#include "../cases.hpp"

namespace
{

const std::vector<int> depths = {CV_8U, CV_16U, CV_16S, CV_32S, CV_32F, CV_64F};

void extract_channel(Case &c, Rng &rng)
{
    const int coi = random_int(rng, 0, c.image.channels() - 1);

    add(c, "coi", coi);
    cv::extractChannel(c.image, c.expected, coi);
}

void merge(Case &c, Rng &rng)
{
    c.other = random_image(c.image.size(), c.image.depth(), random_int(rng, 1, 4), rng);
    add(c, "with", std::string("other"));
    const cv::Mat both[] = {c.image, c.other};
    cv::merge(both, 2, c.expected);
}

const Register registered_extract_channel("extract-channel", depths, extract_channel);
const Register registered_merge("merge", depths, merge);

} // namespace
