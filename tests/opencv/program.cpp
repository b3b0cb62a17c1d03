// program.cpp - one op run by the whole program under mpirun, from file to file.
//
// All files lie in a directory of their own, which goes when this process does.
// SPDX-License-Identifier: MIT
#include "program.hpp"

#include <gdal.h>
#include <cpl_conv.h>
#include <cpl_string.h>

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <stdexcept>

namespace fs = std::filesystem;

namespace
{

using Texts = std::vector<std::string>;

enum { TILE = 16, LIMIT_S = 60 };
const char *const ranks = "3";

class Directory
{
  public:
    Directory()
    {
        std::string name = fs::temp_directory_path() / "tilery-compare.XXXXXX";
        if (!mkdtemp(name.data()))
            throw std::runtime_error("no directory for files of tests can be made");
        path_ = name;
    }
    Directory(const Directory &) = delete;
    Directory &operator=(const Directory &) = delete;
    ~Directory()
    {
        std::error_code ignored;
        fs::remove_all(path_, ignored);
    }
    std::string file(const char *name) const
    {
        return path_ / name;
    }

  private:
    fs::path path_;
};

const Directory &directory()
{
    static const Directory d;

    return d;
}

const struct {
    int depth;
    GDALDataType type;
} types[] = {{CV_8U, GDT_Byte},   {CV_16U, GDT_UInt16},  {CV_16S, GDT_Int16},
             {CV_32S, GDT_Int32}, {CV_32F, GDT_Float32}, {CV_64F, GDT_Float64}};

GDALDataType type_of(int depth)
{
    for (const auto &t : types)
        if (t.depth == depth)
            return t.type;
    throw std::runtime_error("a depth that files do not have");
}

int depth_of(GDALDataType type)
{
    if (type == GDT_UInt32) // labels, which are int32 to OpenCV
        return CV_32S;
    for (const auto &t : types)
        if (t.type == type)
            return t.depth;
    throw std::runtime_error("a pixel type that OpenCV does not have");
}

using Dataset = std::unique_ptr<void, void (*)(GDALDatasetH)>;

void close(GDALDatasetH d)
{
    GDALClose(d);
}

// The image's elements are moved between it and the file, whichever way.
void transfer(GDALDatasetH d, GDALRWFlag way, cv::Mat &image)
{
    const GSpacing element = GSpacing(image.elemSize1());

    if (GDALDatasetRasterIOEx(d, way, 0, 0, image.cols, image.rows, image.data, image.cols,
                              image.rows, type_of(image.depth()), image.channels(), nullptr,
                              GSpacing(image.elemSize()), GSpacing(image.step), element,
                              nullptr) != CE_None)
        throw std::runtime_error(CPLGetLastErrorMsg());
}

int tiles(Rng &rng, int most)
{
    return TILE * random_int(rng, 1, most);
}

// Creation options of a GeoTIFF: small tiles, or strips, of all bands or of one.
Texts random_storage(Rng &rng, bool strips)
{
    static const char *const codecs[] = {"NONE", "DEFLATE", "LZW", "ZSTD"};
    Texts options = {std::string("COMPRESS=") + codecs[random_int(rng, 0, 3)],
                     chance(rng, 0.5) ? "INTERLEAVE=PIXEL" : "INTERLEAVE=BAND"};

    if (strips)
        options.insert(options.end(),
                       {"TILED=NO", "BLOCKYSIZE=" + std::to_string(random_int(rng, 1, 40))});
    else
        options.insert(options.end(), {"TILED=YES", "BLOCKXSIZE=" + std::to_string(tiles(rng, 3)),
                                       "BLOCKYSIZE=" + std::to_string(tiles(rng, 3))});
    return options;
}

void write(const std::string &path, cv::Mat image, Rng &rng)
{
    const std::unique_ptr<char *, void (*)(char **)> options(
        [&rng] {
            char **list = nullptr;
            for (const std::string &o : random_storage(rng, chance(rng, 0.4)))
                list = CSLAddString(list, o.c_str());
            return list;
        }(),
        CSLDestroy);
    const Dataset d(GDALCreate(GDALGetDriverByName("GTiff"), path.c_str(), image.cols, image.rows,
                               image.channels(), type_of(image.depth()), options.get()),
                    close);

    if (!d)
        throw std::runtime_error(CPLGetLastErrorMsg());
    transfer(d.get(), GF_Write, image);
}

cv::Mat read(const std::string &path)
{
    const Dataset d(GDALOpen(path.c_str(), GA_ReadOnly), close);

    if (!d)
        throw std::runtime_error(CPLGetLastErrorMsg());
    const int depth = depth_of(GDALGetRasterDataType(GDALGetRasterBand(d.get(), 1)));
    cv::Mat image(GDALGetRasterYSize(d.get()), GDALGetRasterXSize(d.get()),
                  CV_MAKETYPE(depth, GDALGetRasterCount(d.get())));
    transfer(d.get(), GF_Read, image);
    return image;
}

// Runs the command with what it says going to a file; throws that unless it succeeds.
void run(const Texts &command)
{
    const std::string said = directory().file("said");
    std::vector<char *> argv;
    posix_spawn_file_actions_t actions;
    pid_t pid;
    int status = -1;

    for (const std::string &word : command)
        argv.push_back(const_cast<char *>(word.c_str()));
    argv.push_back(nullptr);
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, said.c_str(),
                                     O_WRONLY | O_CREAT | O_TRUNC, 0600);
    posix_spawn_file_actions_adddup2(&actions, STDOUT_FILENO, STDERR_FILENO);
    const int failure = posix_spawnp(&pid, argv[0], &actions, nullptr, argv.data(), environ);
    posix_spawn_file_actions_destroy(&actions);
    if (failure == 0 && waitpid(pid, &status, 0) == pid && status == 0)
        return;
    std::ifstream in(said);
    throw std::runtime_error("status " + std::to_string(WEXITSTATUS(status)) + ": " +
                             std::string(std::istreambuf_iterator<char>(in), {}));
}

// The program of the build that this one is of.
std::string tilery()
{
    return fs::read_symlink("/proc/self/exe").parent_path() / "../../tilery";
}

} // namespace

cv::Size program_size(Rng &rng)
{
    return chance(rng, 0.2) ? cv::Size(random_int(rng, 1, 40), random_int(rng, 1, 40))
                            : cv::Size(random_int(rng, 40, 240), random_int(rng, 40, 200));
}

cv::Mat run_program(const std::vector<cv::Mat> &images, const std::vector<std::string> &words,
                    Rng &rng, cv::Size *chunk)
{
    static const char *const divisions[] = {"tiles", "rows", "columns"};
    const std::string in = directory().file("in.tif"), other = directory().file("other.tif");
    const std::string out = directory().file("out.tif");

    GDALAllRegister();
    write(in, images[0], rng);
    if (!images[1].empty())
        write(other, images[1], rng);
    *chunk = {tiles(rng, 5), tiles(rng, 5)};
    Texts command = {"timeout",
                     "-k",
                     "5",
                     std::to_string(LIMIT_S),
                     "mpirun",
                     "-q",
                     "--oversubscribe",
                     "--bind-to",
                     "none",
                     "-n",
                     ranks,
                     tilery(),
                     "run",
                     "-q",
                     "--nodata=ignore",
                     "--chunk=" + std::to_string(chunk->width) + "x" +
                         std::to_string(chunk->height),
                     std::string("--division=") + divisions[random_int(rng, 0, 2)],
                     "read",
                     in,
                     "!"};
    for (const std::string &word : words)
        command.push_back(word == "--with=other" ? "--with=" + other : word);
    command.insert(command.end(), {"!", "write", out, "--overwrite"});
    for (const std::string &o : random_storage(rng, chance(rng, 0.2)))
        command.insert(command.end(), {"--co", o});
    run(command);
    return read(out);
}
