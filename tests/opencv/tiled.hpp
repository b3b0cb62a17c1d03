// tiled.hpp - one op run by Tilery's planner and executor, chunk by chunk, on a cv::Mat.
// SPDX-License-Identifier: MIT
#ifndef TILED_HPP
#define TILED_HPP

#include <opencv2/core.hpp>

#include <random>
#include <string>
#include <vector>

using Rng = std::mt19937_64;

inline int random_int(Rng &rng, int lowest, int highest)
{
    return std::uniform_int_distribution<int>(lowest, highest)(rng);
}

inline double random_real(Rng &rng, double lowest, double highest)
{
    return std::uniform_real_distribution<double>(lowest, highest)(rng);
}

inline bool chance(Rng &rng, double probability)
{
    return random_real(rng, 0, 1) < probability;
}

// The result of the op words[0] with the parameters after it, computed in chunks of random size and
// order, each from its own copy of just the pixels that the plan says it needs. images[1], if not
// empty, is the scene --with=other. The chunks' size is put in *chunk. Throws std::runtime_error
// with Tilery's message.
cv::Mat run_tiled(const std::vector<cv::Mat> &images, const std::vector<std::string> &words,
                  Rng &rng, cv::Size *chunk);

#endif
