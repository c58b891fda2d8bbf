# Short verbs for daily work; each is one command that also works without just.

default: test

build:
    swift build

# Everything that must pass: lint, tests, fuzz smoke.
test *ARGS:
    scripts/test {{ARGS}}

lint:
    swift format lint --strict --recursive Sources Tests Fuzz Package.swift

format:
    swift format --in-place --recursive Sources Tests Fuzz Package.swift

# The microVM demo against mocks.
demo *ARGS:
    scripts/demo {{ARGS}}

# Static check of all scripts.
check:
    swift run pikachat check scripts/*.pika

# Every decoder against mutated inputs, a fixed seed, a few seconds.
fuzz-smoke:
    swift run PikaFuzz smoke

pre-merge: lint test
