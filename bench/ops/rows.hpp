// rows.hpp - what is timed: for each row an op, or a chain of them, of Tilery and of OpenCV.
// SPDX-License-Identifier: MIT
#ifndef ROWS_HPP
#define ROWS_HPP

#include <opencv2/imgproc.hpp>

#include <functional>
#include <string>
#include <vector>

// OpenCV's images, kept from call to call so that it finds its memory there.
struct Results {
    cv::Mat out, one, two;
};

struct Row {
    const char *name;
    std::string steps; // Tilery's, cut by "!"; the scene b is --with=other
    std::function<void(const cv::Mat &a, const cv::Mat &b, Results &r)> opencv;
    std::vector<int> depths = {CV_8U, CV_16U, CV_32F};
    std::vector<int> bands = {1, 3};
    double ulps = 0;   // of the largest pixel, by which floats may differ
    int shrink_by = 1; // of the scene's side, for ops that enlarge
};

// All of them, file by file.
std::vector<Row> &rows();

// Every file of rows has one of these.
struct Register {
    Register(const std::vector<Row> &more)
    {
        rows().insert(rows().end(), more.begin(), more.end());
    }
};

#endif
