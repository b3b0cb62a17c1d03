// whole.cpp - rows: ops that know the whole scene.
// SPDX-License-Identifier: MIT
#include "rows.hpp"

namespace
{

using cv::Mat;

const std::vector<int> bytes = {CV_8U}, whole = {CV_8U, CV_16U}, one = {1};

const Register of_histograms({
    {"threshold otsu", "threshold --otsu",
     [](const Mat &a, const Mat &, Results &r) {
         cv::threshold(a, r.out, 0, 255, cv::THRESH_BINARY | cv::THRESH_OTSU);
     },
     whole, one},
    {"threshold triangle", "threshold --triangle",
     [](const Mat &a, const Mat &, Results &r) {
         cv::threshold(a, r.out, 0, 255, cv::THRESH_BINARY | cv::THRESH_TRIANGLE);
     },
     bytes, one},
    {"equalize-hist", "equalize-hist",
     [](const Mat &a, const Mat &, Results &r) { cv::equalizeHist(a, r.out); }, bytes, one},
    {"clahe", "clahe --clip-limit=2",
     [](const Mat &a, const Mat &, Results &r) { cv::createCLAHE(2)->apply(a, r.out); }, whole,
     one},
    {"normalize l2", "normalize --norm-type=l2 --alpha=100000",
     [](const Mat &a, const Mat &, Results &r) { cv::normalize(a, r.out, 100000, 0, cv::NORM_L2); },
     whole, one},
});

const Register topology({
    {"canny", "canny --threshold1=300 --threshold2=700",
     [](const Mat &a, const Mat &, Results &r) { cv::Canny(a, r.out, 300, 700); }, bytes, one},
    {"connected-components", "threshold --thresh=110 ! connected-components",
     [](const Mat &a, const Mat &, Results &r) {
         cv::threshold(a, r.one, 110, 255, cv::THRESH_BINARY);
         cv::connectedComponents(r.one, r.out);
     },
     bytes, one},
    {"distance-transform", "threshold --thresh=30 ! distance-transform",
     [](const Mat &a, const Mat &, Results &r) {
         cv::threshold(a, r.one, 30, 255, cv::THRESH_BINARY);
         cv::distanceTransform(r.one, r.out, cv::DIST_L2, cv::DIST_MASK_PRECISE);
     },
     bytes, one},
    {"distance-transform mask 5", "threshold --thresh=30 ! distance-transform --mask-size=5",
     [](const Mat &a, const Mat &, Results &r) {
         cv::threshold(a, r.one, 30, 255, cv::THRESH_BINARY);
         cv::distanceTransform(r.one, r.out, cv::DIST_L2, 5);
     },
     bytes, one},
});

} // namespace
