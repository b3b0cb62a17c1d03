// morphology.cpp - rows: erosion, dilation and what is made of them.
// SPDX-License-Identifier: MIT
#include "rows.hpp"

namespace
{

using cv::Mat;

Mat element(int shape, int size)
{
    return cv::getStructuringElement(shape, {size, size});
}

Row morphology(const char *name, const char *steps, int op, int size = 3, int iterations = 1)
{
    return {name, steps, [=](const Mat &a, const Mat &, Results &r) {
                cv::morphologyEx(a, r.out, op, element(cv::MORPH_RECT, size), {-1, -1}, iterations);
            }};
}

const Register all({
    {"erode 3", "erode --ksize=3",
     [](const Mat &a, const Mat &, Results &r) { cv::erode(a, r.out, Mat()); }},
    {"dilate 3", "dilate --ksize=3",
     [](const Mat &a, const Mat &, Results &r) { cv::dilate(a, r.out, Mat()); }},
    {"erode 15", "erode --ksize=15",
     [](const Mat &a, const Mat &, Results &r) {
         cv::erode(a, r.out, element(cv::MORPH_RECT, 15));
     }},
    {"erode 3 twice", "erode --iterations=2",
     [](const Mat &a, const Mat &, Results &r) {
         cv::erode(a, r.out, Mat(), {-1, -1}, 2);
     }},
    {"erode ellipse 5", "erode --ksize=5 --shape=ellipse",
     [](const Mat &a, const Mat &, Results &r) {
         cv::erode(a, r.out, element(cv::MORPH_ELLIPSE, 5));
     }},
    {"dilate ellipse 15", "dilate --ksize=15 --shape=ellipse",
     [](const Mat &a, const Mat &, Results &r) {
         cv::dilate(a, r.out, element(cv::MORPH_ELLIPSE, 15));
     }},
    {"erode cross 3", "erode --shape=cross",
     [](const Mat &a, const Mat &, Results &r) {
         cv::erode(a, r.out, element(cv::MORPH_CROSS, 3));
     }},
    morphology("morphology-ex open 3", "morphology-ex --op=open", cv::MORPH_OPEN),
    morphology("morphology-ex close 3", "morphology-ex --op=close", cv::MORPH_CLOSE),
    morphology("morphology-ex gradient 3", "morphology-ex --op=gradient", cv::MORPH_GRADIENT),
    morphology("morphology-ex tophat 9", "morphology-ex --op=tophat --ksize=9", cv::MORPH_TOPHAT,
               9),
    {"morphology-ex hitmiss 3",
     "morphology-ex --op=hitmiss --kernel=0,1,0;-1,1,1;-1,-1,0",
     [](const Mat &a, const Mat &, Results &r) {
         cv::morphologyEx(a, r.out, cv::MORPH_HITMISS,
                          cv::Matx<int, 3, 3>(0, 1, 0, -1, 1, 1, -1, -1, 0));
     },
     {CV_8U},
     {1}},
});

} // namespace
