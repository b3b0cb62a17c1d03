// lut.cpp - random cases of lut.
// SPDX-License-Identifier: MIT
#include "../cases.hpp"

namespace
{

void lut(Case &c, Rng &rng)
{
    static const int depths[] = {CV_8U, CV_16U, CV_16S, CV_32S, CV_32F, CV_64F};
    const int depth = depths[random_int(rng, 0, 5)];
    const int bands = chance(rng, 0.5) ? 1 : c.image.channels();
    const cv::Mat table = random_image({256, 1}, depth, bands, rng);
    std::vector<cv::Mat> rows;
    std::string text;

    cv::split(table, rows);
    for (int b = 0; b < bands; b++) {
        cv::Mat row;
        rows[size_t(b)].convertTo(row, CV_64F);
        for (int i = 0; i < 256; i++) {
            char number[40];
            snprintf(number, sizeof number, "%s%.17g", i ? "," : b ? ";" : "", row.at<double>(i));
            text += number;
        }
    }
    add(c, "table", text);
    if (depth != CV_8U || chance(rng, 0.5))
        add(c, "dtype", std::string(depth_name(depth)));
    cv::LUT(c.image, table, c.expected);
}

const Register registered_lut("lut", {CV_8U}, lut);

} // namespace
