// swept.hpp - what an op that sweeps does behind its stages, band of rows by band of rows.
// SPDX-License-Identifier: MIT
#ifndef SWEPT_HPP
#define SWEPT_HPP

#include "tiled.hpp"

extern "C" {
struct plan;
}

// Finishes the whole scene that the plan's stages have made, in bands of random height and in random
// order; nothing is done where the plan does not sweep.
void sweep(const plan *p, cv::Mat &scene, Rng &rng);

#endif
