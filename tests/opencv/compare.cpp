// compare.cpp - every op against OpenCV, in this process, on thousands of random cases.
//
//     compare [CASES-PER-OP-AND-TYPE [SEED [OP]]]
//     compare --program [CASES-PER-OP [SEED [OP]]]
//
// Both work on the same image; Tilery in chunks of random size, so that tiling is tested with it.
// With --program it is the whole program that does, on three ranks from file to file; as that takes
// its time to start, types are drawn too.
// SPDX-License-Identifier: MIT
#include "cases.hpp"
#include "program.hpp"

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
        return i >= n - n % c.tail;
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

struct Options {
    bool program = false;
    int n_cases = 1000;
    uint64_t seed = 1;
    const char *only = nullptr;
};

bool read_options(int argc, char **argv, Options &o)
{
    int i = 1;

    if (i < argc && strcmp(argv[i], "--program") == 0) {
        o.program = true;
        i++;
    }
    if (i < argc)
        o.n_cases = atoi(argv[i++]);
    if (i < argc)
        o.seed = strtoull(argv[i++], nullptr, 10);
    if (i < argc)
        o.only = argv[i++];
    return i == argc && o.n_cases >= 1;
}

void run_case(const Comparison &comparison, int depth, bool program, Rng &rng, Cell &cell)
{
    const bool show = cell.mismatches < SHOWN_PER_CELL;
    cv::Size chunk;
    Case c;

    c.image = program ? random_image(program_size(rng), depth, random_int(rng, 1, 4), rng)
                      : random_image(depth, rng);
    c.words = {comparison.op};
    comparison.make(c, rng);
    cell.cases++;
    try {
        const cv::Mat ours =
            (program ? run_program : run_tiled)({c.image, c.other}, c.words, rng, &chunk);
        if (!agrees(c, ours, chunk, show, cell))
            cell.mismatches++;
    } catch (const std::runtime_error &e) {
        cell.mismatches++;
        if (show) {
            describe(c, chunk);
            printf("  %s\n", e.what());
        }
    }
}

// The cases of an op for one of its depths, or for depths drawn from all.
Cell run_cases(const Comparison &comparison, const std::vector<int> &depths, const Options &o)
{
    uint64_t seed = o.seed + uint64_t(depths[0]); // so that one op alone sees the same cases
    Cell cell;

    for (const char *c = comparison.op; o.program && *c; c++) // few cases: other images for each op
        seed = 31 * seed + uint64_t(*c);
    Rng rng(seed);
    for (int i = 0; i < o.n_cases; i++) {
        const int drawn = o.program ? random_int(rng, 0, int(depths.size()) - 1) : 0;
        run_case(comparison, depths[size_t(drawn)], o.program, rng, cell);
    }
    return cell;
}

} // namespace

int main(int argc, char **argv)
{
    Options options;
    std::string table;
    int passed = 0, failed = 0;

    if (!read_options(argc, argv, options)) {
        fprintf(stderr, "usage: compare [--program] [CASES [SEED [OP]]]\n");
        return 2;
    }
    cv::setNumThreads(1);
    printf("OpenCV %s, %d cases per op%s, seed %llu\n", CV_VERSION, options.n_cases,
           options.program ? " through the whole program" : " and type",
           static_cast<unsigned long long>(options.seed));
    for (const Comparison &comparison : comparisons()) {
        if (options.only && strcmp(options.only, comparison.op) != 0)
            continue;
        std::vector<std::vector<int>> groups;
        if (options.program)
            groups = {comparison.depths};
        else
            for (int depth : comparison.depths)
                groups.push_back({depth});
        for (const std::vector<int> &depths : groups) {
            const Cell cell = run_cases(comparison, depths, options);
            char line[120];
            snprintf(line, sizeof line, "%-18s %-8s %6d %10d %10.3g\n", comparison.op,
                     options.program ? "any" : depth_name(depths[0]), cell.cases, cell.mismatches,
                     cell.deviation);
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
