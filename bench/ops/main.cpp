// main.cpp - bench-ops: every op beside OpenCV's on one core, in turn, in CPU time.
//     bench-ops [SIDE [FILTER [TABLE]]]
// SIDE of the square scene (default 4096); only rows whose name and type hold all words of FILTER;
// the table is also written to the file TABLE.
// SPDX-License-Identifier: MIT
#include "compared.hpp"
#include "rows.hpp"

#include <algorithm>
#include <chrono>
#include <cstring>
#include <ctime>
#include <memory>
#include <sstream>

namespace
{

enum { ROUNDS_LEAST = 5, ROUNDS_MOST = 99 };
const double SAMPLE_S = 0.01;    // shorter ones show the clock and the caches' warming
const double CELL_S = 0.7;       // on a row of one type, unless the least rounds take longer
const double MEMORY_SHARE = 0.5; // of memcpy's speed: limited by memory rather than by computing
const double MEMCPY_BYTES = 3e8;

double cpu_s()
{
    timespec t;

    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return double(t.tv_sec) + 1e-9 * double(t.tv_nsec);
}

double wall_s()
{
    using namespace std::chrono;

    return duration<double>(steady_clock::now().time_since_epoch()).count();
}

using Work = std::function<void()>;

double time_once(const Work &work, int times)
{
    const double start = cpu_s();

    for (int i = 0; i < times; i++)
        work();
    return (cpu_s() - start) / times;
}

double median(std::vector<double> v)
{
    std::nth_element(v.begin(), v.begin() + long(v.size() / 2), v.end());
    return v[v.size() / 2];
}

struct Timing {
    double ours_s, opencv_s, ratio; // medians; the ratio's is of the pairs
    int rounds;
};

// Both in turn, the first one changing, for an odd number of rounds.
Timing time_both(const Work &ours, const Work &opencv)
{
    const int n_ours = 1 + int(SAMPLE_S / time_once(ours, 1));
    const int n_opencv = 1 + int(SAMPLE_S / time_once(opencv, 1));
    const double start = wall_s();
    std::vector<double> a, b, ratios;

    while (ratios.size() < ROUNDS_LEAST || ratios.size() % 2 == 0 ||
           (ratios.size() < ROUNDS_MOST && wall_s() - start < CELL_S)) {
        const bool first = ratios.size() % 2 == 0;
        if (first)
            a.push_back(time_once(ours, n_ours));
        b.push_back(time_once(opencv, n_opencv));
        if (!first)
            a.push_back(time_once(ours, n_ours));
        ratios.push_back(b.back() / a.back());
    }
    return {median(a), median(b), median(ratios), int(ratios.size())};
}

double memcpy_bytes_per_s()
{
    std::vector<unsigned char> from(size_t(MEMCPY_BYTES), 1), to(from.size());
    std::vector<double> times;

    for (int i = 0; i < 5; i++)
        times.push_back(time_once([&] { memcpy(to.data(), from.data(), from.size()); }, 1));
    return 2 * double(from.size()) / median(times);
}

// Hills with noise over them, from 0 to 255, 65535 or, so that exp() stays finite, 80.
cv::Mat scene(int side, int depth, int bands, int seed)
{
    const double high = depth == CV_8U ? 255 : depth == CV_16U ? 65535 : 80;
    cv::Mat hills(side / 64 + 2, side / 64 + 2, CV_MAKETYPE(CV_32F, bands)), large, noise, out;
    cv::RNG rng{uint64_t(seed)};

    rng.fill(hills, cv::RNG::UNIFORM, 0, high);
    cv::resize(hills, large, {side, side}, 0, 0, cv::INTER_CUBIC);
    noise.create(large.size(), large.type());
    rng.fill(noise, cv::RNG::UNIFORM, -high / 4, high / 4);
    large += noise;
    cv::min(large, high, large);
    cv::max(large, 0, large);
    large.convertTo(out, depth);
    return out;
}

struct Scenes {
    cv::Mat a, b;

    Scenes(int side, int depth, int bands)
        : a(scene(side, depth, bands, 1)), b(scene(side, depth, bands, 2))
    {
    }
};

struct Table {
    FILE *file = nullptr;
    double memcpy_speed = 0;
    double sum_of_logs = 0;
    int n = 0, wrong = 0;
};

void print_cell(Table &table, const Row &row, const Scenes &scenes, const Timing &t, double bytes,
                const std::string &difference)
{
    const char *type = pixel_name(type_of(scenes.a.depth()));
    const int bands = scenes.a.channels();
    const double pixels = double(scenes.a.total()) / 1e6;
    const bool memory = bytes / std::max(t.ours_s, t.opencv_s) > MEMORY_SHARE * table.memcpy_speed;
    const std::string notes = std::string(memory ? "memory" : "") +
                              (memory && !difference.empty() ? ", " : "") + difference;

    printf("%-30s %-8s %5d %9.1f %9.1f %7.2f %s\n", row.name, type, bands, pixels / t.ours_s,
           pixels / t.opencv_s, t.ratio, notes.c_str());
    fflush(stdout);
    if (table.file)
        fprintf(table.file, "%s\t%s\t%d\t%.1f\t%.1f\t%.3f\t%s\n", row.name, type, bands,
                pixels / t.ours_s, pixels / t.opencv_s, t.ratio, notes.c_str());
    table.sum_of_logs += std::log(t.ratio);
    table.n++;
}

void run_cell(Table &table, const Row &row, const Scenes &scenes)
{
    Pipeline pipeline(row.steps, scenes.a, scenes.b);
    const Planes out(pipeline.output());
    Results results;
    const Work ours = [&] { pipeline.run(out); };
    const Work opencv = [&] { row.opencv(scenes.a, scenes.b, results); };

    ours();
    opencv();
    const Difference difference = compare(out.view, results.out, row.ulps);
    table.wrong += difference.wrong;
    const double bytes = pipeline.bytes_read() + bytes_of(out.view);
    print_cell(table, row, scenes, time_both(ours, opencv), bytes, difference.text);
}

bool matches(const std::string &filter, const Row &row, int depth, int bands)
{
    const std::string label = std::string(row.name) + " " + row.steps + " " +
                              pixel_name(type_of(depth)) + "x" + std::to_string(bands);
    std::istringstream words(filter);

    for (std::string word; words >> word;)
        if (label.find(word) == std::string::npos)
            return false;
    return true;
}

void run_format(Table &table, int side, int depth, int bands, const std::string &filter)
{
    std::unique_ptr<Scenes> scenes; // of one side at a time

    for (const Row &row : rows()) {
        if (std::count(row.depths.begin(), row.depths.end(), depth) == 0 ||
            std::count(row.bands.begin(), row.bands.end(), bands) == 0 ||
            !matches(filter, row, depth, bands))
            continue;
        const int row_side = std::max(1, side / row.shrink_by);
        if (!scenes || scenes->a.cols != row_side) {
            scenes.reset();
            scenes = std::make_unique<Scenes>(row_side, depth, bands);
        }
        try {
            run_cell(table, row, *scenes);
        } catch (const Refused &refused) {
            fprintf(stderr, "bench-ops: left out: %s %s x %d: %s\n", row.name,
                    pixel_name(type_of(depth)), bands, refused.what());
        }
    }
}

} // namespace

std::vector<Row> &rows()
{
    static std::vector<Row> all; // grown by static objects, so it must be there before any of them

    return all;
}

int main(int argc, char **argv)
{
    const int side = argc > 1 ? atoi(argv[1]) : 4096;
    const std::string filter = argc > 2 ? argv[2] : "";
    Table table;

    if (side < 1 || argc > 4) {
        fprintf(stderr, "usage: bench-ops [SIDE [FILTER [TABLE]]]\n");
        return 2;
    }
    if (argc > 3 && !(table.file = fopen(argv[3], "w"))) {
        perror(argv[3]);
        return 1;
    }
    cv::setNumThreads(1);
    table.memcpy_speed = memcpy_bytes_per_s();
    printf("OpenCV %s, %d x %d pixels, one core; memcpy reads and writes %.1f GB/s\n", CV_VERSION,
           side, side, table.memcpy_speed / 1e9);
    printf("%-30s %-8s %5s %9s %9s %7s\n", "op", "type", "bands", "Mpixel/s", "OpenCV", "ratio");
    if (table.file)
        fprintf(table.file, "op\ttype\tbands\tours_mpixel_s\topencv_mpixel_s\tratio\tnotes\n");
    for (int depth : {CV_8U, CV_16U, CV_32F})
        for (int bands : {1, 3})
            run_format(table, side, depth, bands, filter);
    if (table.n > 0)
        printf("geometric mean of %d ratios: %.2f\n", table.n,
               std::exp(table.sum_of_logs / table.n));
    if (table.wrong > 0)
        printf("%d results differ from OpenCV's: their times mean nothing\n", table.wrong);
    const bool written = !table.file || fclose(table.file) == 0;
    return written && table.n > 0 && table.wrong == 0 ? 0 : 1;
}
