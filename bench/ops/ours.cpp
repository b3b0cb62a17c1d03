// ours.cpp - a pipeline run as a rank does it, by Tilery's planner and executor, in memory.
// SPDX-License-Identifier: MIT
#include "ours.hpp"

#include <algorithm>
#include <cstdlib>
#include <sstream>

enum { CHUNK_WIDTH = 4096, CHUNK_HEIGHT = 512 }; // about what the program chooses for such a scene

pixel_type type_of(int depth)
{
    static const pixel_type types[] = {PX_UINT8, PX_N_TYPES, PX_UINT16, PX_INT16,
                                       PX_INT32, PX_FLOAT32, PX_FLOAT64};

    return types[depth];
}

Planes::Planes(const format &f, int margin)
{
    err e{};

    if (!planes_new(&view, &memory, f.type, f.bands, {0, 0, f.width, f.height}, margin, &e))
        throw std::runtime_error(e.text);
}

static format format_of(const cv::Mat &image)
{
    return {type_of(image.depth()), image.channels(), image.cols, image.rows};
}

Planes::Planes(const cv::Mat &image, int margin) : Planes(format_of(image), margin)
{
    for (int b = 0; b < view.bands; b++) {
        cv::Mat plane(image.size(), image.depth(), planes_at(&view, b, 0, 0), view.row_bytes);
        cv::extractChannel(image, plane, b);
    }
}

double bytes_of(const planes &p)
{
    return double(p.region.width) * double(p.region.height) * p.bands * double(pixel_size(p.type));
}

Planes::~Planes()
{
    free(memory);
}

static bool go_on(void *)
{
    return true;
}

// The steps of "op --a=1 ! op --b=2"; args holds what they point at, and that borrows the words.
static std::vector<step> cut(const std::vector<std::string> &words, std::vector<const char *> &args)
{
    std::vector<step> steps;

    for (const std::string &word : words)
        args.push_back(word.c_str());
    for (size_t i = 0; i < words.size(); i++) {
        const size_t end =
            size_t(std::find(words.begin() + long(i), words.end(), "!") - words.begin());
        steps.push_back({args[i], int(end - i - 1), args.data() + i + 1});
        i = end;
    }
    return steps;
}

void Pipeline::compile(const std::vector<std::string> &words)
{
    const char *names[2] = {nullptr, nullptr};
    std::vector<const char *> args;
    const std::vector<step> steps = cut(words, args);
    int n = 1;
    err e{};

    executor_free(runner);
    plan_free(compiled);
    runner = nullptr;
    compiled = nullptr;
    if (!plan_scenes(steps.data(), int(steps.size()), names, &n, 2, &e))
        throw Refused(e.text);
    const plan_sources sources = {formats.data(), names, n, nullptr};
    if (!plan_new(&compiled, steps.data(), int(steps.size()), &sources, &e))
        throw Refused(e.text);
    if (!executor_new(&runner, compiled, &e))
        throw std::runtime_error(e.text);
}

Pipeline::Pipeline(const std::string &text, const cv::Mat &a, const cv::Mat &b)
    : formats{format_of(a), format_of(b)}
{
    std::istringstream in_words(text);

    for (std::string word; in_words >> word;)
        asked.push_back(word);
    compile(asked);
    for (int i = 0; i < compiled->stages.n_sources; i++) {
        images.push_back(std::make_unique<Planes>(i == 0 ? a : b, plan_margin(compiled, i)));
        in.push_back(images.back()->view);
    }
}

Pipeline::~Pipeline()
{
    executor_free(runner);
    plan_free(compiled);
}

format Pipeline::output() const
{
    return plan_output(compiled);
}

double Pipeline::bytes_read() const
{
    double bytes = 0;

    for (const planes &p : in)
        bytes += bytes_of(p);
    return bytes;
}

// What the reducer gathers of the scene.
static std::vector<double> gather(const reducing &r, const planes &scene)
{
    const reducer &how = *r.how;
    const format f = {scene.type, scene.bands, scene.region.width, scene.region.height};
    std::vector<double> sum(how.bytes(r.args, f) / sizeof(double)), part;

    for (int64_t y = 0; y < f.height; y += CHUNK_HEIGHT) {
        const region at = {0, y, f.width, std::min<int64_t>(CHUNK_HEIGHT, f.height - y)};
        const planes rows = planes_part(&scene, at);
        const reducible seen = {f, &rows, nullptr, false, 0};
        part.assign(reducing_part_bytes(&r, f, at) / sizeof(double) + 1, 0);
        const size_t n = how.gather(r.args, &seen, part.data());
        if (!how.merge(r.args, f, part.data(), n, sum.data()))
            throw std::runtime_error(std::string(how.name) + ": a part is damaged");
    }
    return sum;
}

// Where the first op must know the scene, it becomes the one that it then is.
void Pipeline::settle()
{
    std::vector<const char *> args;
    const step op = cut(asked, args)[0];
    buffer needs{}, told{};
    reducing how{};
    err e{};

    if (!op_needs(op.name, op.n_args, op.args, &needs, &e))
        throw std::runtime_error(e.text);
    if (needs.size == 0)
        return;
    if (!reducing_new(&how, &needs, &e))
        throw std::runtime_error(e.text);
    const std::vector<double> sum = gather(how, in[0]);
    buffer_free(&needs);
    reducing_free(&how);
    if (!op_settle(op.name, op.n_args, op.args, formats[0], sum.data(), &told, &e))
        throw std::runtime_error(e.text);
    std::vector<std::string> then;
    const char *at = reinterpret_cast<const char *>(told.data), *end = at + told.size;
    for (; at < end; at += then.back().size() + 1)
        then.push_back(at);
    buffer_free(&told);
    compile(then);
}

void Pipeline::run_chunks(const Planes &out, int64_t width)
{
    const region all = out.view.region;
    int64_t index = 0;
    err e{};

    for (int64_t y = 0; y < all.height; y += CHUNK_HEIGHT)
        for (int64_t x = 0; x < all.width; x += width) {
            planes chunk = out.view;
            chunk.data = planes_at(&out.view, 0, x, y);
            chunk.region = {x, y, std::min<int64_t>(width, all.width - x),
                            std::min<int64_t>(CHUNK_HEIGHT, all.height - y)};
            const place where = {chunk.region, index++, 0, "host", "scene"};
            if (!executor_run(runner, in.data(), &chunk, &where, tick{go_on, nullptr}, &e))
                throw std::runtime_error(e.text);
        }
}

// What the last op does with bands of rows that its stages have made.
void Pipeline::sweep(const Planes &out)
{
    const sweep_use &use = compiled->sweep;
    const region all = out.view.region;
    const size_t n = size_t((all.height + CHUNK_HEIGHT - 1) / CHUNK_HEIGHT);
    std::vector<buffer> summaries(n), contexts(n);
    const sweep_bytes bytes = {summaries.data(), contexts.data(), int64_t(n)};
    err e{};
    bool ok = true;

    for (const bool finishes : {false, true}) {
        if (finishes) {
            ok = ok && use.how->resolve(use.state, output(), &bytes, &e);
            run_chunks(out, all.width); // they are computed again
        }
        for (size_t i = 0; ok && i < n; i++) {
            const int64_t y = int64_t(i) * CHUNK_HEIGHT;
            const planes rows = planes_part(
                &out.view, {0, y, all.width, std::min<int64_t>(CHUNK_HEIGHT, all.height - y)});
            const sweep_band band = {&rows, false, 0};
            ok = finishes ? use.how->finish(use.state, &band, &contexts[i], &e)
                          : use.how->summarise(use.state, &band, &summaries[i], &e);
        }
    }
    for (size_t i = 0; i < n; i++) {
        buffer_free(&summaries[i]);
        buffer_free(&contexts[i]);
    }
    if (!ok)
        throw std::runtime_error(e.text);
}

void Pipeline::run(const Planes &out)
{
    const int64_t width = out.view.region.width;
    const int64_t n = (width + CHUNK_WIDTH - 1) / CHUNK_WIDTH;

    settle();
    if (!compiled->sweep.how) {
        run_chunks(out, (width + n - 1) / n);
        return;
    }
    run_chunks(out, width);
    sweep(out);
}
