// swept.cpp - what an op that sweeps does behind its stages, band of rows by band of rows.
// SPDX-License-Identifier: MIT
#include "swept.hpp"

#include <math.h> // outside extern "C", for its C++ overloads
#include <stdint.h>
#include <stdio.h>

extern "C" {
#include "base/planes.h"
#include "ops/sweep.h"
#include "pipeline/plan.h"
}

#include <algorithm>
#include <deque>
#include <stdexcept>

namespace
{

// Some rows of the scene, band after band, each in memory of its own.
struct Band {
    cv::Mat rows;
    std::vector<unsigned char> bytes;
    planes view{};

    Band(cv::Mat &scene, int y, int height, pixel_type type) : rows(scene.rowRange(y, y + height))
    {
        const size_t row = size_t(rows.cols) * rows.elemSize1(), band = row * size_t(height);
        bytes.resize(band * size_t(rows.channels()));
        view = {bytes.data(), type, rows.channels(), {0, y, rows.cols, height}, row, band};
    }
    void move(bool in)
    {
        std::vector<cv::Mat> parts;
        for (int b = 0; b < view.bands; b++)
            parts.emplace_back(rows.rows, rows.cols, rows.depth(),
                               bytes.data() + size_t(b) * view.band_bytes);
        if (in)
            cv::split(rows, parts);
        else
            cv::merge(parts, rows);
    }
};

std::vector<size_t> shuffled(size_t n, Rng &rng)
{
    std::vector<size_t> order(n);

    for (size_t i = 0; i < n; i++)
        order[i] = i;
    std::shuffle(order.begin(), order.end(), rng);
    return order;
}

} // namespace

void sweep(const plan *p, cv::Mat &scene, Rng &rng)
{
    const sweep_use &use = p->sweep;
    err e{};

    if (!use.how)
        return;
    const int height =
        2 * random_int(rng, 1, std::max(1, scene.rows / 2)); // even, but for the last
    std::deque<Band> bands;                                  // they stay where they are
    for (int y = 0; y < scene.rows; y += height)
        bands.emplace_back(scene, y, std::min(height, scene.rows - y), plan_output(p).type);
    std::vector<buffer> summaries(bands.size()), contexts(bands.size());
    const sweep_bytes all = {summaries.data(), contexts.data(), int64_t(bands.size())};
    bool ok = true;
    for (size_t i : shuffled(bands.size(), rng)) {
        bands[i].move(true);
        const sweep_band band = {&bands[i].view, false, 0};
        ok = ok && use.how->summarise(use.state, &band, &summaries[i], &e);
    }
    ok = ok && use.how->resolve(use.state, plan_output(p), &all, &e);
    for (size_t i : shuffled(bands.size(), rng)) {
        const sweep_band band = {&bands[i].view, false, 0};
        ok = ok && use.how->finish(use.state, &band, &contexts[i], &e);
        bands[i].move(false);
    }
    for (size_t i = 0; i < bands.size(); i++) {
        buffer_free(&summaries[i]);
        buffer_free(&contexts[i]);
    }
    if (!ok)
        throw std::runtime_error(e.text);
}
