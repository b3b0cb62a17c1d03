// compare.cpp - every op against OpenCV, in this process, on thousands of random cases.
//
//     compare [CASES-PER-OP-AND-TYPE [SEED [OP]]]
//
// Both work on the same image; Tilery in chunks of random size, so that tiling is tested with it.
// SPDX-License-Identifier: MIT
#include "cases.hpp"

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <stdexcept>

namespace
{

enum { SHOWN_PER_CELL = 2 }; // mismatches described in full

struct Cell {
    int cases = 0, mismatches = 0;
    double deviation = 0; // the largest one that was accepted, in units of the last place
};

double ulp(double v, int depth)
{
    v = std::fabs(v);
    return depth == CV_32F ? double(std::nextafterf(float(v), INFINITY) - float(v))
                           : std::nextafter(v, INFINITY) - v;
}

double value_at(const cv::Mat &m, int y, int i)
{
    switch (m.depth()) {
    case CV_8U:
        return m.ptr<uint8_t>(y)[i];
    case CV_16U:
        return m.ptr<uint16_t>(y)[i];
    case CV_16S:
        return m.ptr<int16_t>(y)[i];
    case CV_32S:
        return m.ptr<int32_t>(y)[i];
    case CV_32F:
        return double(m.ptr<float>(y)[i]);
    }
    return m.ptr<double>(y)[i];
}

// How far two values are apart, and how far they may be: in integers, or in units of the last
// place.
struct Gap {
    double is, may;
};

bool in_tail(const Case &c, int y, int i)
{
    const int64_t n = int64_t(c.expected.cols) * c.expected.channels(), all = n * c.expected.rows;

    switch (c.tolerance) {
    case Tolerance::nowhere:
        return false;
    case Tolerance::row_tails:
        return i >= n - n % 8;
    case Tolerance::end_tail:
        return y * n + i >= all - all % std::max<int64_t>(8, 32 / int64_t(c.image.elemSize1()));
    case Tolerance::all:
        break;
    }
    return true;
}

// Where a difference is allowed at all, its unit is that of the largest value that is summed up:
// terms may cancel and leave their rounding behind in a small result.
Gap gap(const Case &c, double largest, int y, int i, double ours, double theirs)
{
    const int depth = c.expected.depth();
    const bool tail = in_tail(c, y, i);
    double unit = 1;

    if (ours == theirs || (std::isnan(ours) && std::isnan(theirs)))
        return {0, 0};
    if (depth >= CV_32F)
        unit = ulp(tail ? std::max(c.gain * largest, std::fabs(theirs)) : theirs, depth);
    return {std::fabs(ours - theirs) / unit, !tail ? 0 : depth >= CV_32F ? c.ulps : 1};
}

void describe(const Case &c, cv::Size chunk)
{
    printf("MISMATCH");
    for (const std::string &word : c.words)
        printf(" %s", word.c_str());
    printf("\n  %s, %d x %d, %d bands, chunks of %d x %d\n", depth_name(c.image.depth()),
           c.image.cols, c.image.rows, c.image.channels(), chunk.width, chunk.height);
}

bool agrees(const Case &c, const cv::Mat &ours, cv::Size chunk, bool show, Cell &cell)
{
    double least, most;

    if (ours.type() != c.expected.type() || ours.size() != c.expected.size()) {
        describe(c, chunk);
        printf("  ours is %s, OpenCV's %s\n", depth_name(ours.depth()),
               depth_name(c.expected.depth()));
        return false;
    }
    cv::minMaxLoc(c.image.reshape(1), &least, &most);
    const double largest = std::max(std::fabs(least), std::fabs(most));
    const int channels = ours.channels();
    for (int y = 0; y < ours.rows; y++)
        for (int i = 0; i < ours.cols * channels; i++) {
            const double a = value_at(ours, y, i), b = value_at(c.expected, y, i);
            const Gap g = gap(c, largest, y, i, a, b);
            if (g.is > g.may) {
                if (show) {
                    describe(c, chunk);
                    printf("  at x %d, y %d, band %d: ours is %.17g, OpenCV's %.17g (%.4g apart, "
                           "may be %g)\n",
                           i / channels, y, i % channels, a, b, g.is, g.may);
                }
                return false;
            }
            cell.deviation = std::max(cell.deviation, g.is);
        }
    return true;
}

void run_case(const Comparison &comparison, int depth, Rng &rng, Cell &cell)
{
    const bool show = cell.mismatches < SHOWN_PER_CELL;
    cv::Size chunk;
    Case c;

    c.image = random_image(depth, rng);
    c.words = {comparison.op};
    comparison.make(c, rng);
    cell.cases++;
    try {
        if (!agrees(c, run_tiled({c.image, c.other}, c.words, rng, &chunk), chunk, show, cell))
            cell.mismatches++;
    } catch (const std::runtime_error &e) {
        cell.mismatches++;
        if (show) {
            describe(c, chunk);
            printf("  %s\n", e.what());
        }
    }
}

} // namespace

int main(int argc, char **argv)
{
    const int n_cases = argc > 1 ? atoi(argv[1]) : 1000;
    const uint64_t seed = argc > 2 ? strtoull(argv[2], nullptr, 10) : 1;
    const char *only = argc > 3 ? argv[3] : nullptr;
    std::string table;
    int passed = 0, failed = 0;

    if (n_cases < 1) {
        fprintf(stderr, "compare: the number of cases must be positive\n");
        return 2;
    }
    cv::setNumThreads(1);
    printf("OpenCV %s, %d cases per op and type, seed %llu\n", CV_VERSION, n_cases,
           static_cast<unsigned long long>(seed));
    for (const Comparison &comparison : comparisons()) {
        if (only && strcmp(only, comparison.op) != 0)
            continue;
        for (int depth : comparison.depths) {
            Rng rng(seed + uint64_t(depth)); // so that one op alone sees the same cases
            Cell cell;
            char line[120];
            for (int i = 0; i < n_cases; i++)
                run_case(comparison, depth, rng, cell);
            snprintf(line, sizeof line, "%-18s %-8s %6d %10d %10.3g\n", comparison.op,
                     depth_name(depth), cell.cases, cell.mismatches, cell.deviation);
            table += line;
            passed += cell.cases - cell.mismatches;
            failed += cell.mismatches;
        }
    }
    printf("%-18s %-8s %6s %10s %10s\n%s", "op", "type", "cases", "mismatches", "deviation",
           table.c_str());
    printf("%d passed, %d failed\n", passed, failed);
    return failed == 0 && passed > 0 ? 0 : 1;
}
