// program.hpp - one op run by the whole program under mpirun, from file to file.
// SPDX-License-Identifier: MIT
#ifndef PROGRAM_HPP
#define PROGRAM_HPP

#include "tiled.hpp"

// As run_tiled: the images are written as GeoTIFFs of random storage, three ranks run the pipeline
// in chunks and a division at random, and the output is read back.
cv::Mat run_program(const std::vector<cv::Mat> &images, const std::vector<std::string> &words,
                    Rng &rng, cv::Size *chunk);

// An image's size such that there are usually several chunks.
cv::Size program_size(Rng &rng);

#endif
