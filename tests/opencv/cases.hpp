// cases.hpp - random cases of every op, each with what OpenCV makes of it.
// SPDX-License-Identifier: MIT
#ifndef CASES_HPP
#define CASES_HPP

#include "tiled.hpp"

// Where Tilery's result may differ from OpenCV's.
enum class Tolerance {
    nowhere,
    row_tails, // the last n % tail elements of a row of n, where OpenCV's loops round differently
    end_tail, // the same of the whole image, which ops on pixels take for one row, and n % 16 or 32
              // elements of 16 or 8 bits
    all,
};

struct Case {
    cv::Mat image, expected;
    cv::Mat other;                  // the scene of --with=other, for ops that take two
    std::vector<std::string> words; // the op and its parameters, as for Tilery
    Tolerance tolerance = Tolerance::nowhere;
    int tail = 8;    // how many elements OpenCV's vector code for rows takes at once
    double ulps = 2; // by how much there; by 1 in integers
    double gain = 1; // how much larger than the image's largest value what is summed up can be
};

// An op and the depths it is compared for; make computes a case for an image.
struct Comparison {
    const char *op;
    std::vector<int> depths;
    void (*make)(Case &c, Rng &rng);
};

// All of them, in the order of their names.
std::vector<Comparison> comparisons();

// Every file of tests/opencv/ops has one of these for each op it compares.
struct Register {
    Register(const char *op, std::vector<int> depths, void (*make)(Case &c, Rng &rng));
};

// --- for cases -----------------------------------------------------------------------------------

// A parameter's value by name and OpenCV's number for it.
struct Choice {
    const char *name;
    int value;
};

template <size_t n> Choice pick(Rng &rng, const Choice (&choices)[n])
{
    return choices[random_int(rng, 0, int(n) - 1)];
}

// Appends --name=value to the words.
void add(Case &c, const char *name, const std::string &value);
void add(Case &c, const char *name, double value);
void add(Case &c, const char *name, cv::Size size);

// At times adds a border type (wrap only if asked for), which is returned.
int add_border(Case &c, Rng &rng, bool wrap);
extern const Choice borders[5]; // wrap is the last

// At times adds an anchor inside the kernel, which is returned, or -1,-1.
cv::Point add_anchor(Case &c, Rng &rng, cv::Size kernel);

bool is_integer(int depth);
double lowest(int depth);
double highest(int depth);
double largest(const cv::Mat &m);

// A value around the pixels of the image, at times a little or far outside, at times fractional.
double value_near(const Case &c, Rng &rng);

// A factor such as people write, or any.
double factor(Rng &rng);

// alpha and beta such that no result leaves int32, beyond which OpenCV's conversions turn over.
void scale_within_int32(const Case &c, Rng &rng, double *alpha, double *beta);

cv::Size random_kernel(Rng &rng, int most);
cv::Size random_size(Rng &rng);

cv::Mat random_image(int depth, Rng &rng);
cv::Mat random_image(cv::Size size, int depth, int channels, Rng &rng);

// The image with more pixels to its right and below, and the part of a result that is for the image
// itself. The last pixels of a row or of all, where OpenCV's loops round differently, differ.
cv::Mat enlarged(const cv::Mat &image);
cv::Mat part_for(const cv::Mat &image, const cv::Mat &result);

// At times puts some infinite pixels and NaN into an image of floats.
void sprinkle(cv::Mat &image, Rng &rng);

// Tilery's name of the depth.
const char *depth_name(int depth);

#endif
