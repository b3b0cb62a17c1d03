// chains.cpp - rows: ops in one pass, beside OpenCV calling them one after another.
// SPDX-License-Identifier: MIT
#include "rows.hpp"

namespace
{

using cv::Mat;

const Register all({
    {"chain: gaussian+threshold", "gaussian-blur --sigma-x=2 ! threshold --thresh=40",
     [](const Mat &a, const Mat &, Results &r) {
         cv::GaussianBlur(a, r.one, {}, 2);
         cv::threshold(r.one, r.out, 40, 255, cv::THRESH_BINARY);
     }},
    {"chain: sobel x+y+magnitude", "sobel --magnitude",
     [](const Mat &a, const Mat &, Results &r) {
         cv::Sobel(a, r.one, CV_32F, 1, 0);
         cv::Sobel(a, r.two, CV_32F, 0, 1);
         cv::magnitude(r.one, r.two, r.out);
     }},
    {"chain: blur+absdiff+threshold",
     "blur --ksize=3 ! absdiff --with=other ! threshold --thresh=10",
     [](const Mat &a, const Mat &b, Results &r) {
         cv::blur(a, r.one, {3, 3});
         cv::absdiff(r.one, b, r.two);
         cv::threshold(r.two, r.out, 10, 255, cv::THRESH_BINARY);
     }},
});

} // namespace
