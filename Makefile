# A thin front: what is built, and how, is in CMakeLists.txt and CMakePresets.json.
MAKEFLAGS += --no-print-directory
JOBS ?= $(shell nproc)
# For ctest: make test CTEST_ARGS="-R Cancel --repeat until-fail:10"
CTEST_ARGS ?=
FUZZ_SECONDS ?= 1800
SOAK_ARGS ?=
FLOOD_ARGS ?=
# For clang-tidy: make tidy TIDY_ARGS=--checks=-clang-analyzer-*
TIDY_ARGS ?=

build = cmake --preset $(1) && cmake --build --preset $(1) -j $(JOBS)
cxx_files = git ls-files '*.c' '*.cc' '*.h' '*.hpp'

.PHONY: help run test asan tsan clang valgrind coverage fuzz fuzz-afl soak reliability bench bench-quick packages docs abi deb format
.PHONY: tidy cppcheck analyze fresh trixie versions fresh-deb clean

help: ## Show this list (the default)
	@sed -n 's/^\([a-z-]*\):.* ## /\1\t/p' $(firstword $(MAKEFILE_LIST)) | expand -t 14

run: ## Build the release, then resolve a bundled list of names: needs no network once built
	scripts/install-packages build
	$(call build,release)
	scripts/demo

test: ## Build with debugging information and warnings as errors, then run all tests
	scripts/install-packages build test
	$(call build,debug)
	ctest --preset debug $(CTEST_ARGS)

asan: ## The same tests under AddressSanitizer, LeakSanitizer and UndefinedBehaviorSanitizer
	scripts/install-packages build test
	$(call build,asan)
	ctest --preset asan $(CTEST_ARGS)

tsan: ## The tests that use threads, under ThreadSanitizer
	scripts/install-packages build test
	$(call build,tsan) --target thread_tests testkit_tests
	ctest --preset tsan $(CTEST_ARGS)

clang: ## The same tests, everything built by clang
	scripts/install-packages build test clang
	$(call build,clang)
	ctest --preset clang

valgrind: ## The main flows under Valgrind's memcheck
	scripts/install-packages build test valgrind
	$(call build,debug) --target contract_tests cpp_tests
	scripts/valgrind build/debug/tests

coverage: ## How many lines the tests run: fails under 90 % of all, or 95 % of those that read replies
	scripts/install-packages build test coverage
	$(call build,coverage)
	ctest --preset coverage
	scripts/coverage build/coverage

fuzz: ## Search with each fuzz target for FUZZ_SECONDS (1800), in build/fuzz; what is found ends it
	scripts/install-packages build test clang
	$(call build,fuzz)
	for target in reply text cache calls; do \
	  mkdir -p build/fuzz/found/$$target && \
	  timeout=60; [ $$target != calls ] || timeout=1000000; : its clock leaps ahead; \
	  build/fuzz/fuzz/fuzz_$$target -max_total_time=$(FUZZ_SECONDS) -timeout=$$timeout -max_len=4096 -print_final_stats=1 \
	    -artifact_prefix=build/fuzz/$$target- build/fuzz/found/$$target fuzz/corpus/$$target || exit; \
	done

fuzz-afl: ## The same with AFL++, on the targets that need no loop, for FUZZ_SECONDS each, in build/afl
	scripts/install-packages build test afl
	$(call build,afl)
	for target in reply text cache; do \
	  mkdir -p build/afl/found/$$target && \
	  AFL_SKIP_CPUFREQ=1 AFL_I_DONT_CARE_ABOUT_MISSING_CRASHES=1 AFL_NO_UI=1 AFL_AUTORESUME=1 afl-fuzz -V $(FUZZ_SECONDS) -m none \
	    -i fuzz/corpus/$$target -o build/afl/found/$$target -- build/afl/fuzz/fuzz_$$target >build/afl/$$target.log || exit; \
	  grep -E '^(execs_done|corpus_count|saved_crashes|saved_hangs)' build/afl/found/$$target/default/fuzzer_stats; \
	  ! grep -q '^saved_[ch].*: [1-9]' build/afl/found/$$target/default/fuzzer_stats || exit 1; \
	done

soak: ## Three minutes of lookups, faults, reloads, forks and cancels at random: SOAK_ARGS="--seconds 3600 --seed 7"
	scripts/install-packages build test
	$(call build,debug) --target soak
	build/debug/tests/reliability/soak $(SOAK_ARGS)

reliability: ## Play every two faults of servers with each other, then forge and flood: some 7 minutes; prints what went wrong
	scripts/install-packages build test
	$(call build,debug) --target fault_matrix flood spoofing_tests tool_tests
	build/debug/tests/reliability/fault_matrix
	build/debug/tests/reliability/fault_matrix --pairs --jobs 48
	SPOOFING_QUERIES=100000 build/debug/tests/reliability/spoofing_tests
	build/debug/tests/reliability/flood $(FLOOD_ARGS)
	TOOL_LINES=10000000 build/debug/tests/tool_tests --gtest_filter=Tool.NeedsNoMoreMemoryForMoreLines

bench: ## As root: build and run all benchmarks, within 20 minutes; writes docs/performance.md
	scripts/install-packages build bench
	$(call build,bench)
	bench/run --docs

bench-quick: ## As root: what the table of targets needs, within 3 minutes
	scripts/install-packages build bench
	$(call build,bench)
	bench/run --quick

packages: ## Install the Debian packages that building and testing need
	scripts/install-packages build test

docs: ## Build the site, guides and reference, into build/docs/html; fails on any warning
	scripts/install-packages docs
	scripts/docs

abi: ## Compare the ABI of the headers with the recorded one: docs/abi.md
	scripts/install-packages abi
	scripts/abi

deb: ## Build the Debian packages into build/deb, and check them with lintian
	scripts/install-packages build deb
	JOBS=$(JOBS) scripts/deb

format: ## Check the form of all C and C++ files (FIX=1: change them)
	scripts/install-packages lint
	$(cxx_files) | xargs clang-format $(if $(FIX),-i,--dry-run --Werror)

tidy: ## What clang-tidy finds in the sources: nothing, or it fails
	scripts/install-packages build test lint
	cmake --preset debug
	git ls-files 'src/*.cc' 'testkit/*.cc' 'tools/*.cc' ':!*_test.cc' | xargs -n 4 -P $(JOBS) clang-tidy -p build/debug --quiet $(if $(TIDY_ARGS),'$(TIDY_ARGS)')

cppcheck: ## What cppcheck finds in the sources beside what it is known to be wrong about: nothing, or it fails
	scripts/install-packages build test lint
	cmake --preset debug
	cppcheck --project=build/debug/compile_commands.json --enable=warning,performance,portability -j $(JOBS) --quiet \
	  -i tests -i build --suppress='*:*_test.cc' --suppressions-list=.cppcheck-suppressions --error-exitcode=1

analyze: ## What GCC's -fanalyzer says of the library: to be read, for it knows little of C++
	scripts/install-packages build
	cmake --preset debug -B build/analyze -DCMAKE_CXX_FLAGS=-fanalyzer -DDNS_CARES_WERROR=OFF -DBUILD_TESTING=OFF
	cmake --build build/analyze -j $(JOBS) --target dns_cares_objects

fresh: ## As root: a new Debian 12 root, a clean clone, make run and make test
	scripts/fresh-root bookworm run test

trixie: ## As root: the same tests in a new Debian 13 root, plain and under sanitizers
	scripts/fresh-root trixie test asan

versions: ## As root: the tests and the fault matrix with both releases of c-ares and both compilers, in new roots
	for suite in bookworm trixie; do scripts/fresh-root $$suite test clang reliability || exit; done

fresh-deb: ## As root: the Debian packages, made and tried in new Debian 12 and 13 roots
	scripts/fresh-deb bookworm trixie

clean: ## Remove all that was built
	rm -rf build
