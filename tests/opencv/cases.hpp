// cases.hpp - random cases of every op, each with what OpenCV makes of it.
// SPDX-License-Identifier: MIT
#ifndef CASES_HPP
#define CASES_HPP

#include "tiled.hpp"

// Where Tilery's result may differ from OpenCV's.
enum class Tolerance {
    nowhere,
    row_tails, // the last n % 8 elements of a row of n, where OpenCV's own loops round differently
    end_tail, // the same of the whole image, which ops on pixels take for one row, and n % 16 or 32
              // elements of 16 or 8 bits
    all,
};

struct Case {
    cv::Mat image, expected;
    std::vector<std::string> words; // the op and its parameters, as for Tilery
    Tolerance tolerance = Tolerance::nowhere;
    double ulps = 2; // by how much there; by 1 in integers
    double gain = 1; // how much larger than the image's largest value what is summed up can be
};

// An op and the depths it is compared for; make computes a case for an image.
struct Comparison {
    const char *op;
    std::vector<int> depths;
    void (*make)(Case &c, Rng &rng);
};

extern const std::vector<Comparison> comparisons;

cv::Mat random_image(int depth, Rng &rng);

// Tilery's name of the depth.
const char *depth_name(int depth);

#endif
