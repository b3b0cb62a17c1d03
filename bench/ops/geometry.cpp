// geometry.cpp - rows: ops whose output has another grid.
// SPDX-License-Identifier: MIT
#include "rows.hpp"

namespace
{

using cv::Mat;

const std::vector<int> every = {CV_8U, CV_16U, CV_32F};

Row resize(const char *name, const char *factor, const char *interpolation, int number)
{
    const double f = std::stod(factor);

    return {name,
            std::string("resize --fx=") + factor + " --fy=" + factor +
                " --interpolation=" + interpolation,
            [=](const Mat &a, const Mat &, Results &r) { cv::resize(a, r.out, {}, f, f, number); }};
}

const Register resizes({
    resize("resize 0.5 nearest", "0.5", "nearest", cv::INTER_NEAREST),
    resize("resize 0.5 linear", "0.5", "linear", cv::INTER_LINEAR),
    resize("resize 0.5 area", "0.5", "area", cv::INTER_AREA),
    resize("resize 1/3 area", "0.3333333333333333", "area", cv::INTER_AREA),
    resize("resize 0.7 nearest", "0.7", "nearest", cv::INTER_NEAREST),
    resize("resize 0.7 linear", "0.7", "linear", cv::INTER_LINEAR),
    resize("resize 0.7 area", "0.7", "area", cv::INTER_AREA),
    resize("resize 0.7 cubic", "0.7", "cubic", cv::INTER_CUBIC),
    resize("resize 0.7 lanczos4", "0.7", "lanczos4", cv::INTER_LANCZOS4),
    {"resize 2 linear",
     "resize --fx=2 --fy=2",
     [](const Mat &a, const Mat &, Results &r) { cv::resize(a, r.out, {}, 2, 2); },
     every,
     {1, 3},
     0,
     2},
    {"pyr-down", "pyr-down", [](const Mat &a, const Mat &, Results &r) { cv::pyrDown(a, r.out); }},
    {"pyr-up",
     "pyr-up",
     [](const Mat &a, const Mat &, Results &r) { cv::pyrUp(a, r.out); },
     every,
     {1, 3},
     0,
     2},
});

// Turned by about 10 degrees.
void warp(const Mat &a, Results &r, int interpolation)
{
    const cv::Matx<double, 2, 3> m(0.985, -0.174, 300, 0.174, 0.985, -300);

    cv::warpAffine(a, r.out, m, a.size(), interpolation);
}

const Register moves({
    {"flip 1", "flip --flip-code=1",
     [](const Mat &a, const Mat &, Results &r) { cv::flip(a, r.out, 1); }},
    {"flip 0", "flip --flip-code=0",
     [](const Mat &a, const Mat &, Results &r) { cv::flip(a, r.out, 0); }},
    {"rotate 90", "rotate --rotate-code=90",
     [](const Mat &a, const Mat &, Results &r) { cv::rotate(a, r.out, cv::ROTATE_90_CLOCKWISE); }},
    {"rotate 180", "rotate --rotate-code=180",
     [](const Mat &a, const Mat &, Results &r) { cv::rotate(a, r.out, cv::ROTATE_180); }},
    {"transpose", "transpose",
     [](const Mat &a, const Mat &, Results &r) { cv::transpose(a, r.out); }},
    {"copy-make-border",
     "copy-make-border --top=16 --bottom=16 --left=16 --right=16 --border-type=reflect",
     [](const Mat &a, const Mat &, Results &r) {
         cv::copyMakeBorder(a, r.out, 16, 16, 16, 16, cv::BORDER_REFLECT);
     }},
    {"warp-affine linear", "warp-affine --m=0.985,-0.174,300,0.174,0.985,-300",
     [](const Mat &a, const Mat &, Results &r) { warp(a, r, cv::INTER_LINEAR); }},
    {"warp-affine nearest", "warp-affine --m=0.985,-0.174,300,0.174,0.985,-300 --flags=nearest",
     [](const Mat &a, const Mat &, Results &r) { warp(a, r, cv::INTER_NEAREST); }},
});

} // namespace
