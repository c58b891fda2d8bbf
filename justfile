# Short verbs for daily work; each is one command that also works without just.

default: test

build:
    swift build

# A fast program that runs without Swift: .build/release/pikachat.
release:
    swift build -c release --static-swift-stdlib --product pikachat

# Everything that must pass: lint, tests, fuzz smoke.
test *ARGS:
    scripts/test {{ARGS}}

lint:
    swift format lint --strict --recursive Sources Tests Fuzz Bench Examples Package.swift

format:
    swift format --in-place --recursive Sources Tests Fuzz Bench Examples Package.swift

# The microVM demo against mocks.
demo *ARGS:
    scripts/demo {{ARGS}}

# Static check of all scripts.
check:
    swift run pikachat check scripts/*.pika

# Every decoder against mutated inputs, a fixed seed, a few seconds.
fuzz-smoke:
    swift run PikaFuzz smoke

# What works with which version of MDK, as owner and as member: a table.
peer-matrix *CASES:
    scripts/peer-matrix {{CASES}}

# Coverage-guided, with the toolchain's libFuzzer: SECONDS for each target.
fuzz SECONDS="60" *TARGETS:
    scripts/fuzz {{SECONDS}} {{TARGETS}}

# Our client's speed, and beside it MDK's where the peers are installed: one JSON line each.
bench *ARGS:
    swift run -c release pika-bench {{ARGS}}
    if [ -x ${PIKA_PEER:-../shared/peer}/mdk-bench ]; then ${PIKA_PEER:-../shared/peer}/mdk-bench; fi

# Blocking: all providers' contract scenarios against mocks.
pre-merge-agent-contracts:
    scripts/contracts

# Blocking: the Workers lane alone.
pre-merge-workers:
    scripts/contracts workers

# Blocking: everything deterministic.
pre-merge: test pre-merge-agent-contracts

# Advisory: the real Rust library of every version.
interop:
    scripts/interop

# Advisory: real providers; skips with a reason without credentials.
nightly:
    scripts/nightly

# Opens a tunnel to a vm-spawner on another host: SPAWNER_HOST=user@host just agent-microvm-tunnel
agent-microvm-tunnel port="8080":
    ssh -N -o ExitOnForwardFailure=yes -L {{port}}:127.0.0.1:{{port}} "$SPAWNER_HOST"
