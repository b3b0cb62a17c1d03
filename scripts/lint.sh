#!/bin/sh
# Formatting, static analysis, layers and shell scripts. Needs clang-format, clang-tidy, shellcheck.
# shellcheck disable=SC2046,SC2086 # lists of files and flags are meant to be split
set -u
cd "$(dirname "$0")/.." || exit 1
bad=0
complain() {
    echo "lint: $*" >&2
    bad=1
}
for tool in clang-format clang-tidy shellcheck; do
    command -v $tool >/dev/null || { echo "lint: $tool is missing (Debian: apt-get install $tool)" >&2; exit 1; }
done

sources=$(git ls-files 'src/*.[ch]' 'include/*.h' 'tests/*.[ch]' 'bench/*.c' 'tests/*.[ch]pp' 'bench/*.[ch]pp' | grep -v -e ops/list.h -e ops/reducers.h)
clang-format --dry-run -Werror $sources || complain "run clang-format -i on the files above"

# Layers: who may include whom (docs/architecture.md). A folder sees those named and itself.
may_see() { # may_see FOLDER SEEN...
    folder=$1
    allowed="$(echo "$*" | tr ' ' '|')"
    hits=$(grep -nE '^#include "[a-z]+/' "src/$folder"/*.[ch] "include/$folder"/*.h 2>/dev/null |
        grep -vE "#include \"($allowed)/")
    [ -z "$hits" ] || complain "$folder reaches past its floor: $hits"
}
may_see base
may_see ops base
may_see pipeline base ops
may_see report base ops
may_see cluster base
may_see raster base ops pipeline
may_see guard base
may_see job base ops pipeline report cluster raster guard
may_see commands base ops pipeline report cluster raster job
only_in() { # only_in FOLDER HEADER: nobody else includes it
    hits=$(grep -lE "#include <$2" $(git ls-files 'src/*.[ch]' 'include/*.h') | grep -v "^src/$1/")
    [ -z "$hits" ] || complain "<$2> belongs to src/$1 alone: $hits"
}
only_in cluster mpi.h
only_in raster 'gdal'
only_in raster 'tiffio.h'
hits=$(grep -lw MPI_COMM_WORLD $(git ls-files 'src/*.[ch]'))
[ "$hits" = src/cluster/cluster.c ] || complain "MPI_COMM_WORLD is named in: $hits"
hits=$(grep -nE '\b(system|popen|exec[lv]p?e?|posix_spawnp?)\(' $(git ls-files 'src/*.[ch]'))
[ -z "$hits" ] || complain "another program is started: $hits"
same=$(git ls-files 'src/*.c' | sed 's|.*/||' | sort | uniq -d)
[ -z "$same" ] || complain "two files have the same name: $same"

flags="-std=c17 -D_GNU_SOURCE -DNO_TARGET_CLONES -Iinclude -Isrc $(pkg-config --cflags gdal libtiff-4 jansson) $(mpicc --showme:compile 2>/dev/null)"
git ls-files 'src/*.c' | xargs -P "$(nproc)" -n 8 sh -c 'flags=$1; shift; clang-tidy --quiet "$@" -- $flags 2>/dev/null' lint "$flags" | grep -E 'warning:|error:' &&
    complain "clang-tidy found the above"

shellcheck -x -e SC2016 $(git ls-files 'scripts/*.sh' scripts/supervise scripts/test-cluster scripts/test-slurm scripts/test-ulfm scripts/photos 'tests/run/*.sh' 'tests/cluster/*.sh' 'tests/ulfm/*.sh' 'tests/fuzz/*.sh' 'bench/*.sh' .ci/run) || complain "shellcheck found the above"
[ $bad -eq 0 ] && echo "lint: clean"
exit $bad
