# Tilery. `make help` says what there is to make; CONTRIBUTING.md says more.
MPICC  ?= mpicc
PKG    ?= pkg-config
PREFIX ?= /usr/local
BUILD  ?= build
CFLAGS ?= -O3 -g

ifneq ($(MAKECMDGOALS),clean)
ifneq ($(MAKECMDGOALS),help)
ifneq ($(shell MPICC='$(MPICC)' PKG='$(PKG)' sh scripts/need.sh build >&2 && echo found),found)
$(error dependencies are missing)
endif
endif
endif

# A line a step; make V=1 shows the commands.
Q := $(if $(V),,@)
flags = $(shell $(PKG) $(1) $(2))
# OpenCV's arithmetic is matched by calling fma() just where it does: the compiler may add none. It
# may compute both sides of a choice, as nobody asks for floating-point exceptions.
STD   := -std=c17 -D_GNU_SOURCE -Iinclude -ffp-contract=off -fno-math-errno -fno-trapping-math $(if $(FAULTS),-DFAULTS)
WARN  := -Wall -Wextra -Wshadow -Wconversion -Wstrict-prototypes -Wno-unused-parameter -Werror
CORE_FLAGS   := $(STD) $(WARN) $(call flags,--cflags,libdeflate)
RASTER_FLAGS := $(CORE_FLAGS) $(call flags,--cflags,gdal libtiff-4 libjpeg)
JSON_FLAGS   := $(CORE_FLAGS) $(call flags,--cflags,jansson)
CORE_LIBS    := $(call flags,--libs,libdeflate) -lm
RASTER_LIBS  := $(call flags,--libs,gdal libtiff-4 libjpeg) $(CORE_LIBS)
LIBS         := $(call flags,--libs,jansson) $(RASTER_LIBS)

objects = $(patsubst src/%.c,$(BUILD)/%.o,$(wildcard $(patsubst %,src/%/*.c,$(1))))
CORE      := $(call objects,base ops pipeline)
RASTER    := $(call objects,raster)
GUARD     := $(call objects,guard)
REST      := $(call objects,report cluster job commands) $(GUARD)
UNIT      := $(patsubst %.c,$(BUILD)/%,$(wildcard tests/unit/test_*.c))
MPI_TESTS := $(patsubst %.c,$(BUILD)/%,$(wildcard tests/mpi/test_*.c))
FUZZ      := $(patsubst %.c,$(BUILD)/%,$(wildcard tests/fuzz/fuzz_*.c))
OPENCV    := $(BUILD)/tests/opencv/compare
GENERATE  := $(BUILD)/bench/generate
BENCH_OPS := $(BUILD)/bench/bench-ops

.PHONY: all tests check check-cluster check-faults fuzz seeds demo bench bench-ops docs lint sanitize install clean help
all: $(BUILD)/tilery ## the program, also as ./tilery (default)
	@$(if $(filter build,$(BUILD)),ln -sf build/tilery tilery,true)

# The core (floors 0 to 2) is built by a plain compiler that sees no MPI, GDAL or libtiff.
$(BUILD)/libcore.a: $(CORE)
	$(Q)rm -f $@ && $(AR) rcs $@ $^
$(BUILD)/tilery: $(BUILD)/main.o $(REST) $(RASTER) $(BUILD)/libcore.a
	$(Q)echo "  $@" && $(MPICC) $(CFLAGS) -o $@ $^ $(LDFLAGS) $(LIBS)
$(CORE): FLAGS = $(CORE_FLAGS)
$(RASTER): FLAGS = $(RASTER_FLAGS)
$(GUARD): FLAGS = $(CORE_FLAGS)
$(call objects,report commands) $(BUILD)/main.o: FLAGS = $(JSON_FLAGS)
$(call objects,job): FLAGS = $(CORE_FLAGS)
# MPI with which ranks can go on without one that has died (Open MPI 5).
ULFM := $(shell $(MPICC) -include mpi.h -include mpi-ext.h -dM -E -x c /dev/null 2>/dev/null | grep -q 'OMPI_HAVE_MPI_EXT_FTMPI 1' && echo -DHAVE_ULFM)
$(call objects,cluster): FLAGS = $(CORE_FLAGS) $(ULFM)
$(call objects,cluster): COMPILE = $(MPICC)
COMPILE = $(CC)
$(BUILD)/%.o: src/%.c
	@mkdir -p $(@D)
	$(Q)echo "  $@" && $(COMPILE) $(FLAGS) $(CFLAGS) -MMD -MP -c -o $@ $<

CHECK_FLAGS = $(RASTER_FLAGS) $(call flags,--cflags,check)
CHECK_LIBS  = $(call flags,--libs,check)
$(filter $(BUILD)/tests/unit/test_raster%,$(UNIT)): $(BUILD)/%: %.c $(RASTER) $(BUILD)/libcore.a
	@mkdir -p $(@D)
	$(Q)echo "  $@" && $(CC) $(CHECK_FLAGS) $(CFLAGS) -MMD -MP -o $@ $(filter %.c %.o %.a,$^) $(CHECK_LIBS) $(RASTER_LIBS)
JOB_PURE = $(patsubst %,$(BUILD)/job/%.o,arrange blob_order gathering kept needs parcel parts placeholders schedule sizing tile_cache)
$(filter $(BUILD)/tests/unit/test_job%,$(UNIT)): $(BUILD)/%: %.c $(JOB_PURE) $(BUILD)/raster/layout.o $(BUILD)/libcore.a
	@mkdir -p $(@D)
	$(Q)echo "  $@" && $(CC) $(CHECK_FLAGS) -Isrc $(CFLAGS) -MMD -MP -o $@ $(filter %.c %.o %.a,$^) $(CHECK_LIBS) $(CORE_LIBS)
$(BUILD)/tests/unit/test_journal $(BUILD)/tests/unit/test_guard: $(BUILD)/%: %.c $(GUARD) $(BUILD)/libcore.a
	@mkdir -p $(@D)
	$(Q)echo "  $@" && $(CC) $(CHECK_FLAGS) $(CFLAGS) -MMD -MP -o $@ $(filter %.c %.o %.a,$^) $(CHECK_LIBS) $(CORE_LIBS)
$(BUILD)/tests/unit/test_%: tests/unit/test_%.c $(BUILD)/libcore.a
	@mkdir -p $(@D)
	$(Q)echo "  $@" && $(CC) $(CORE_FLAGS) $(call flags,--cflags,check) $(CFLAGS) -MMD -MP -o $@ $(filter %.c %.a,$^) $(CHECK_LIBS) $(CORE_LIBS)
$(BUILD)/tests/mpi/test_%: tests/mpi/test_%.c $(call objects,cluster) $(BUILD)/libcore.a
	@mkdir -p $(@D)
	$(Q)echo "  $@" && $(MPICC) $(CORE_FLAGS) $(call flags,--cflags,check) $(CFLAGS) -MMD -MP -o $@ $(filter %.c %.o %.a,$^) $(LDFLAGS) $(CHECK_LIBS) $(CORE_LIBS)
# Fuzz targets: fed with files by a main of their own, or by libFuzzer (scripts/fuzz.sh).
FUZZ_MAIN  ?= $(BUILD)/tests/fuzz/replay.o
FUZZ_FLAGS = $(CORE_FLAGS) $(call flags,--cflags,gdal)
$(BUILD)/libfuzzed.a: $(filter-out %/job.o,$(call objects,report guard job)) $(RASTER) $(BUILD)/tests/fuzz/fixture.o
	$(Q)rm -f $@ && $(AR) rcs $@ $^
$(BUILD)/tests/fuzz/%.o: tests/fuzz/%.c
	@mkdir -p $(@D)
	$(Q)echo "  $@" && $(CC) $(FUZZ_FLAGS) $(CFLAGS) -MMD -MP -c -o $@ $<
$(FUZZ): %: %.o $(filter %.o,$(FUZZ_MAIN)) $(BUILD)/libfuzzed.a $(BUILD)/libcore.a
	$(Q)echo "  $@" && $(CC) $(CFLAGS) -o $@ $(filter %.o,$<) $(FUZZ_MAIN) $(filter %.a,$^) $(LIBS)
$(BUILD)/tests/fuzz/make_seeds: %: %.o $(BUILD)/libfuzzed.a $(BUILD)/libcore.a
	$(Q)echo "  $@" && $(CC) $(CFLAGS) -o $@ $^ $(LIBS)
$(OPENCV): $(wildcard tests/opencv/*.cpp tests/opencv/ops/*.cpp) $(wildcard tests/opencv/*.hpp tests/opencv/ops/*.hpp) $(BUILD)/libcore.a
	@mkdir -p $(@D)
	$(Q)echo "  $@" && $(CXX) -std=c++17 -O2 -g -Iinclude -isystem /usr/include/opencv4 $(call flags,--cflags,gdal) -Wall -Wextra $(filter -fsanitize%,$(CFLAGS)) -o $@ $(filter %.cpp %.a,$^) -lopencv_imgproc -lopencv_core $(call flags,--libs,gdal) $(CORE_LIBS)
$(GENERATE): bench/generate.c $(BUILD)/libcore.a
	@mkdir -p $(@D)
	$(Q)echo "  $@" && $(CC) $(RASTER_FLAGS) $(CFLAGS) -o $@ $(filter %.c %.a,$^) $(RASTER_LIBS)

$(BENCH_OPS): $(patsubst bench/%.cpp,$(BUILD)/bench/%.o,$(wildcard bench/ops/*.cpp)) $(BUILD)/libcore.a
	$(Q)echo "  $@" && $(CXX) -o $@ $^ -lopencv_imgproc -lopencv_core $(CORE_LIBS)
$(BUILD)/bench/%.o: bench/%.cpp
	@mkdir -p $(@D)
	$(Q)echo "  $@" && $(CXX) -std=c++17 -O2 -g -Iinclude -isystem /usr/include/opencv4 -Wall -Wextra -MMD -MP -c -o $@ $<

tests: all $(UNIT) $(MPI_TESTS) $(FUZZ) $(OPENCV) $(GENERATE) ## build the test programs too
check: tests ## run all tests
	BUILD=$(BUILD) sh tests/run/all.sh
check-cluster: all $(GENERATE) ## run what needs several nodes and Slurm, on namespaces of this machine; as root
	sh scripts/setup.sh cluster
	BUILD=$(BUILD) timeout -k 10 300 sh tests/cluster/nodes.sh
	BUILD=$(BUILD) timeout -k 10 600 sh tests/cluster/slurm.sh
check-faults: ## run the tests with faults on purpose, in build-faults
	$(MAKE) FAULTS=1 BUILD=build-faults build-faults/tilery build-faults/bench/generate
	BUILD=build-faults timeout -k 10 600 sh tests/run/faults.sh
demo: all $(GENERATE) ## run the main job on a real and a large synthetic scene, with pictures
	BUILD=$(BUILD) sh scripts/demo.sh
bench: all $(GENERATE) ## time whole jobs beside GDAL, OpenCV, libvips, OTB, dask; SIDE=8192 JOBS="copy cog" RUNS=1 for less
	BUILD='$(BUILD)' python3 bench/bench.py
bench-ops: $(BENCH_OPS) ## time every op beside OpenCV; SIDE=2048 FILTER='blur uint8' for less
	BUILD=$(BUILD) sh bench/ops.sh '$(or $(SIDE),4096)' '$(FILTER)'
docs: all ## rebuild docs/ops.md with its pictures
	BUILD=$(BUILD) sh scripts/docs.sh
lint: ## formatting, static analysis, layers, shell scripts
	sh scripts/lint.sh
sanitize: ## unit and mpirun tests under ASan and UBSan, in build-sanitize
	sh scripts/sanitize.sh
fuzz: ## fuzz targets under libFuzzer, ASan and UBSan, in build-fuzz; SECONDS=600 RUNS=1000000 TARGETS='blob scene'
	sh scripts/fuzz.sh '$(or $(SECONDS),60)' '$(or $(RUNS),-1)' '$(TARGETS)'
seeds: $(BUILD)/tests/fuzz/make_seeds ## make the seeds of fuzz targets anew, when formats have changed
	sh tests/fuzz/make_scenes.sh && $<
install: all ## into PREFIX (default /usr/local), below DESTDIR if given
	install -d $(DESTDIR)$(PREFIX)/bin
	install -m 755 $(BUILD)/tilery $(DESTDIR)$(PREFIX)/bin/tilery
	install -m 755 scripts/supervise $(DESTDIR)$(PREFIX)/bin/tilery-supervise
	install -m 755 scripts/bench-nodes $(DESTDIR)$(PREFIX)/bin/tilery-bench-nodes
	install -m 644 scripts/bench-nodes.gnuplot $(DESTDIR)$(PREFIX)/bin/bench-nodes.gnuplot
clean: ## remove what was built
	rm -rf build build-* tilery
help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(firstword $(MAKEFILE_LIST))

-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)
