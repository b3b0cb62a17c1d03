// compared.cpp - whether a result is OpenCV's.
// SPDX-License-Identifier: MIT
#include "compared.hpp"

#include <algorithm>
#include <cfloat>
#include <cmath>
#include <cstring>

enum { TAIL = 32, TAIL_ULPS = 8 };

static double difference_of(double a, double b)
{
    if (a == b || (std::isnan(a) && std::isnan(b)))
        return 0;
    return std::isfinite(a) && std::isfinite(b) ? std::fabs(a - b) : INFINITY;
}

struct Extremes {
    double body = 0, tail = 0, largest = 0;
    int64_t pixels = 0; // that differ
};

static void compare_row(pixel_type type, const void *ours, const void *opencv, int64_t width,
                        Extremes &x)
{
    for (int64_t i = 0; i < width; i++) {
        const double theirs = pixel_load(type, opencv, i);
        const double d = difference_of(pixel_load(type, ours, i), theirs);
        double &worst = width % TAIL != 0 && i >= width - TAIL ? x.tail : x.body;
        worst = std::max(worst, d);
        x.pixels += d > 0;
        if (std::isfinite(theirs))
            x.largest = std::max(x.largest, std::fabs(theirs));
    }
}

Difference compare(const planes &ours, const cv::Mat &opencv, double ulps)
{
    const region r = ours.region;
    const bool real = pixel_is_float(ours.type);
    Extremes x;
    char text[100];

    /* OpenCV has no unsigned ones. */
    const pixel_type wanted = ours.type == PX_UINT32 ? PX_INT32 : ours.type;
    if (type_of(opencv.depth()) != wanted || opencv.channels() != ours.bands ||
        opencv.cols != r.width || opencv.rows != r.height)
        return {"WRONG: another size or type of result", true};
    for (int b = 0; b < ours.bands; b++) {
        cv::Mat band;
        cv::extractChannel(opencv, band, b);
        for (int y = 0; y < band.rows; y++) {
            const void *row = planes_at(&ours, b, 0, y);
            if (memcmp(row, band.ptr(y), size_t(r.width) * pixel_size(ours.type)) != 0)
                compare_row(ours.type, row, band.ptr(y), r.width, x);
        }
    }
    if (x.pixels == 0)
        return {"", false};
    const double ulp = real ? x.largest * FLT_EPSILON : 1;
    const bool wrong = x.body > (real ? ulps * ulp : 0) ||
                       x.tail > (real ? std::max(ulps, double(TAIL_ULPS)) : 1) * ulp;
    snprintf(text, sizeof text, "%s by up to %.3g in %lld pixels", wrong ? "WRONG" : "differs",
             std::max(x.body, x.tail), static_cast<long long>(x.pixels));
    return {text, wrong};
}
