// filter.cpp - rows: neighbourhoods that are weighed or sorted.
// SPDX-License-Identifier: MIT
#include "rows.hpp"

namespace
{

using cv::Mat;

const std::vector<int> bytes = {CV_8U}, bytes_and_real = {CV_8U, CV_32F};

const Register blurs({
    {"blur 3",
     "blur --ksize=3",
     [](const Mat &a, const Mat &, Results &r) {
         cv::blur(a, r.out, {3, 3});
     },
     {CV_8U, CV_16U, CV_32F},
     {1, 3},
     1},
    {"blur 15",
     "blur --ksize=15",
     [](const Mat &a, const Mat &, Results &r) {
         cv::blur(a, r.out, {15, 15});
     },
     {CV_8U, CV_16U, CV_32F},
     {1, 3},
     1},
    {"blur 31",
     "blur --ksize=31",
     [](const Mat &a, const Mat &, Results &r) {
         cv::blur(a, r.out, {31, 31});
     },
     {CV_8U, CV_16U, CV_32F},
     {1, 3},
     1},
    {"box-filter 5 sums",
     "box-filter --ksize=5 --normalize=false --ddepth=float32",
     [](const Mat &a, const Mat &, Results &r) {
         cv::boxFilter(a, r.out, CV_32F, {5, 5}, {-1, -1}, false);
     },
     {CV_8U, CV_16U, CV_32F},
     {1, 3},
     1},
    {"sqr-box-filter 5",
     "sqr-box-filter --ksize=5 --ddepth=float32",
     [](const Mat &a, const Mat &, Results &r) {
         cv::sqrBoxFilter(a, r.out, CV_32F, {5, 5});
     },
     {CV_8U, CV_16U, CV_32F},
     {1, 3},
     1},
    {"gaussian-blur 3", "gaussian-blur --ksize=3",
     [](const Mat &a, const Mat &, Results &r) {
         cv::GaussianBlur(a, r.out, {3, 3}, 0);
     }},
    {"gaussian-blur 5", "gaussian-blur --ksize=5",
     [](const Mat &a, const Mat &, Results &r) {
         cv::GaussianBlur(a, r.out, {5, 5}, 0);
     }},
    {"gaussian-blur 11", "gaussian-blur --ksize=11",
     [](const Mat &a, const Mat &, Results &r) {
         cv::GaussianBlur(a, r.out, {11, 11}, 0);
     }},
    {"gaussian-blur sigma 5", "gaussian-blur --sigma-x=5",
     [](const Mat &a, const Mat &, Results &r) { cv::GaussianBlur(a, r.out, {}, 5); }},
    {"median-blur 3", "median-blur --ksize=3",
     [](const Mat &a, const Mat &, Results &r) { cv::medianBlur(a, r.out, 3); }},
    {"median-blur 5", "median-blur --ksize=5",
     [](const Mat &a, const Mat &, Results &r) { cv::medianBlur(a, r.out, 5); }},
    {"median-blur 9", "median-blur --ksize=9",
     [](const Mat &a, const Mat &, Results &r) { cv::medianBlur(a, r.out, 9); }, bytes},
    {"bilateral-filter 5", "bilateral-filter --d=5 --sigma-color=25 --sigma-space=3",
     [](const Mat &a, const Mat &, Results &r) { cv::bilateralFilter(a, r.out, 5, 25, 3); },
     bytes_and_real},
    {"bilateral-filter 9", "bilateral-filter --d=9 --sigma-color=25 --sigma-space=3",
     [](const Mat &a, const Mat &, Results &r) { cv::bilateralFilter(a, r.out, 9, 25, 3); },
     bytes_and_real},
    {"adaptive-threshold mean 11",
     "adaptive-threshold --block-size=11 --c=2",
     [](const Mat &a, const Mat &, Results &r) {
         cv::adaptiveThreshold(a, r.out, 255, cv::ADAPTIVE_THRESH_MEAN_C, cv::THRESH_BINARY, 11, 2);
     },
     bytes,
     {1}},
    {"adaptive-threshold gauss 11",
     "adaptive-threshold --adaptive-method=gaussian --block-size=11 --c=2",
     [](const Mat &a, const Mat &, Results &r) {
         cv::adaptiveThreshold(a, r.out, 255, cv::ADAPTIVE_THRESH_GAUSSIAN_C, cv::THRESH_BINARY, 11,
                               2);
     },
     bytes,
     {1}},
});

const cv::Matx33f sharpen({0, -1, 0, -1, 5, -1, 0, -1, 0});
// Neither symmetric nor separable.
const cv::Matx<float, 5, 5> skewed({0.125F, -0.5F,  0.25F,    1,      -0.75F, 0.5F,  0.0625F,
                                    -1,     0.375F, 0.25F,    -0.25F, 1.5F,   2,     -1.25F,
                                    0.5F,   1,      -0.125F,  0.75F,  0.25F,  -0.5F, -0.5F,
                                    0.25F,  0.125F, -0.0625F, 0.5F});
const std::vector<float> binomial = {0.0625F, 0.25F, 0.375F, 0.25F, 0.0625F};
const std::vector<float> tent = {0.1F, 0.2F, 0.4F, 0.2F, 0.1F};

// As --kernel=a,b;c,d has it.
std::string text_of(const cv::Mat &kernel)
{
    std::string text;

    for (int y = 0; y < kernel.rows; y++)
        for (int x = 0; x < kernel.cols; x++) {
            char number[40];
            snprintf(number, sizeof number, "%s%.9g",
                     x   ? ","
                     : y ? ";"
                         : "",
                     double(kernel.at<float>(y, x)));
            text += number;
        }
    return text;
}

const Register kernels({
    {"filter-2d 3x3", "filter-2d --kernel=" + text_of(Mat(sharpen)),
     [](const Mat &a, const Mat &, Results &r) { cv::filter2D(a, r.out, -1, sharpen); }},
    {"filter-2d 5x5", "filter-2d --kernel=" + text_of(Mat(skewed)),
     [](const Mat &a, const Mat &, Results &r) { cv::filter2D(a, r.out, -1, skewed); }},
    {"sep-filter-2d 5",
     "sep-filter-2d --kernel-x=" + text_of(Mat(binomial).t()) +
         " --kernel-y=" + text_of(Mat(tent).t()),
     [](const Mat &a, const Mat &, Results &r) { cv::sepFilter2D(a, r.out, -1, binomial, tent); }},
    {"sobel 3", "sobel --ddepth=float32",
     [](const Mat &a, const Mat &, Results &r) { cv::Sobel(a, r.out, CV_32F, 1, 0); }},
    {"sobel 3 to int16", "sobel --ddepth=int16",
     [](const Mat &a, const Mat &, Results &r) { cv::Sobel(a, r.out, CV_16S, 1, 0); }, bytes},
    {"sobel 5 dy", "sobel --dx=0 --dy=1 --ksize=5 --ddepth=float32",
     [](const Mat &a, const Mat &, Results &r) { cv::Sobel(a, r.out, CV_32F, 0, 1, 5); }},
    {"scharr", "scharr --dx=1 --dy=0 --ddepth=float32",
     [](const Mat &a, const Mat &, Results &r) { cv::Scharr(a, r.out, CV_32F, 1, 0); }},
    {"laplacian 1", "laplacian --ddepth=float32",
     [](const Mat &a, const Mat &, Results &r) { cv::Laplacian(a, r.out, CV_32F); }},
    {"laplacian 3", "laplacian --ksize=3 --ddepth=float32",
     [](const Mat &a, const Mat &, Results &r) { cv::Laplacian(a, r.out, CV_32F, 3); }},
    {"corner-harris",
     "corner-harris --block-size=3 --ksize=3",
     [](const Mat &a, const Mat &, Results &r) { cv::cornerHarris(a, r.out, 3, 3, 0.04); },
     bytes_and_real,
     {1},
     1},
    {"corner-min-eigen-val",
     "corner-min-eigen-val --block-size=3 --ksize=3",
     [](const Mat &a, const Mat &, Results &r) { cv::cornerMinEigenVal(a, r.out, 3, 3); },
     bytes_and_real,
     {1},
     1},
});

} // namespace
