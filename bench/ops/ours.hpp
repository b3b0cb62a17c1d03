// ours.hpp - a pipeline run as a rank does it, by Tilery's planner and executor, in memory.
// SPDX-License-Identifier: MIT
#ifndef OURS_HPP
#define OURS_HPP

#include <opencv2/core.hpp>

#include <math.h> // outside extern "C", for its C++ overloads
#include <stdint.h>
#include <stdio.h>

extern "C" {
#include "base/planes.h"
#include "ops/reducer.h"
#include "ops/sweep.h"
#include "pipeline/execute.h"
#include "pipeline/plan.h"
}

#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

pixel_type type_of(int depth);

// The op, its parameters or the pixel type are not there (yet).
struct Refused : std::runtime_error {
    using std::runtime_error::runtime_error;
};

// Planes in memory.
struct Planes {
    planes view{};

    Planes(const format &f, int margin = 0);
    Planes(const cv::Mat &image, int margin);
    Planes(const Planes &) = delete;
    Planes &operator=(const Planes &) = delete;
    ~Planes();

  private:
    void *memory = nullptr;
};

double bytes_of(const planes &p);

class Pipeline
{
  public:
    // Takes copies of the images it reads. Throws Refused with Tilery's message.
    Pipeline(const std::string &steps, const cv::Mat &a, const cv::Mat &b);
    Pipeline(const Pipeline &) = delete;
    Pipeline &operator=(const Pipeline &) = delete;
    ~Pipeline();

    // All chunks, into planes made beforehand. What an op must know of the scene is gathered anew, by
    // a pass over it, and ops that sweep go over it twice, as in the program.
    void run(const Planes &out);
    format output() const;
    double bytes_read() const;

  private:
    void compile(const std::vector<std::string> &words);
    void settle();
    void run_chunks(const Planes &out, int64_t width);
    void sweep(const Planes &out);

    std::vector<std::string> asked;
    std::vector<format> formats;
    plan *compiled = nullptr;
    executor *runner = nullptr;
    std::vector<std::unique_ptr<Planes>> images;
    std::vector<planes> in;
};

#endif
