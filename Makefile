# Every target says in one line what it is for; `make` alone lists them.

SHELL := /bin/bash
.DEFAULT_GOAL := help

# The toolchain's usual place, which the PATH of a shell that is no login shell may lack.
export PATH := $(PATH):/opt/swift/usr/bin

PREFIX ?= /usr/local
DESTDIR ?=
FUZZ_SECONDS ?= 60
FUZZ_ARGS ?=

bindir = $(DESTDIR)$(PREFIX)/bin
sharedir = $(DESTDIR)$(PREFIX)/share
bash_completion = $(sharedir)/bash-completion/completions/drplan
zsh_completion = $(sharedir)/zsh/site-functions/_drplan
fish_completion = $(sharedir)/fish/vendor_completions.d/drplan.fish
man_page = $(sharedir)/man/man1/drplan.1

# One binary that starts fast and needs no Swift where it runs. The folder of archives comes first, so that
# `-lyaml` and the others take the archive and not the shared library.
release_flags = -c release --static-swift-stdlib -Xswiftc -use-ld=lld -Xlinker -s \
  -Xlinker "-L$(CURDIR)/.build/static-libs"

sources = Package.swift Sources Tests examples

.PHONY: help
help: ## list the targets
	@sed -nE 's/^([a-z-]+):.*## (.*)/\1|\2/p' $(MAKEFILE_LIST) | while IFS='|' read -r name text; do \
	  printf '  make %-14s %s\n' "$$name" "$$text"; done

.PHONY: run
run: release ## build, then break the example for real and recover it; exits with the verdict
	examples/orders/run.sh

.PHONY: build
build: ## debug build of the programs
	scripts/setup build
	swift build --product drplan
	swift build --product orders-example
	swift build --product drplan-fuzz

.PHONY: release
release: ## the binaries as they are installed, in .build/release
	scripts/setup build
	scripts/static-libs .build/static-libs
	swift build $(release_flags) --product drplan
	swift build $(release_flags) --product orders-example

.PHONY: test
test: ## all tests
	scripts/setup test
	scripts/test

.PHONY: check
check: ## everything but the tests: format, layers, scripts, a build without warnings, docs
	scripts/setup test
	$(MAKE) --no-print-directory lint layers scripts-syntax
	swift build --build-tests
	scripts/check-docs
	scripts/check-links
	scripts/check-guarantees
	scripts/check-examples

.PHONY: docs
docs: ## make the generated documentation anew: schema, diagnostics, kinds
	scripts/setup build
	swift build --product drplan
	rm -rf docs/codes docs/kinds docs/schema
	.build/debug/drplan schema --docs docs

.PHONY: lint
lint: ## complain about style
	swift format lint --strict --parallel --recursive $(sources)

.PHONY: fmt
fmt: ## rewrite the sources in the one style
	swift format format --in-place --parallel --recursive $(sources)

.PHONY: layers
layers: ## hold every import against docs/architecture/layers.txt
	scripts/check-layers

.PHONY: scripts-syntax
scripts-syntax: ## parse every script
	scripts/check-scripts

.PHONY: golden-update
golden-update: ## run the tests and record what differs from the golden files; review with git diff
	scripts/setup test
	DRPLAN_RECORD=1 scripts/test || true
	git --no-pager diff --stat

.PHONY: tsan
tsan: ## all tests under the thread sanitizer
	scripts/setup test
	scripts/test --sanitize=thread --scratch-path .build-tsan

.PHONY: asan
asan: ## all tests under the address and leak sanitizers
	scripts/setup test
	scripts/test --sanitize=address --scratch-path .build-asan

.PHONY: fuzz
fuzz: ## feed the parsers damaged input for FUZZ_SECONDS (60)
	scripts/setup build
	swift build --scratch-path .build-fuzz --product drplan-fuzz \
	  -Xswiftc -DFUZZING -Xswiftc -sanitize=fuzzer,address -Xswiftc -use-ld=lld
	mkdir -p .build-fuzz/corpus
	SWIFT_BACKTRACE=enable=no .build-fuzz/debug/drplan-fuzz -max_total_time=$(FUZZ_SECONDS) \
	  -artifact_prefix=.build-fuzz/ $(FUZZ_ARGS) .build-fuzz/corpus

# Swift's own llvm-cov: the system's may be older than the profile's format.
.PHONY: cover
cover: ## line coverage of the tests by file
	scripts/setup test
	scripts/test --enable-code-coverage --scratch-path .build-cover
	"$$(dirname "$$(realpath "$$(command -v swift)")")/llvm-cov" report .build-cover/debug/drplanPackageTests.xctest \
	  -instr-profile .build-cover/debug/codecov/default.profdata \
	  -ignore-filename-regex '(/Tests/|/\.build|/examples/)'

.PHONY: bench
bench: release ## measure against the peers on this machine and print the table
	scripts/setup bench
	scripts/bench

.PHONY: install
install: release ## one binary, completions and man page under DESTDIR and PREFIX (/usr/local)
	install -D -m 755 .build/release/drplan $(bindir)/drplan
	install -d $(dir $(bash_completion)) $(dir $(zsh_completion)) $(dir $(fish_completion)) $(dir $(man_page))
	.build/release/drplan completions bash > $(bash_completion)
	.build/release/drplan completions zsh > $(zsh_completion)
	.build/release/drplan completions fish > $(fish_completion)
	.build/release/drplan man > $(man_page)

.PHONY: uninstall
uninstall: ## remove what install put there
	rm -f $(bindir)/drplan $(bash_completion) $(zsh_completion) $(fish_completion) $(man_page)

.PHONY: clean
clean: ## remove what was built; var/ with its backups stays
	rm -rf .build .build-asan .build-tsan .build-fuzz .build-cover
