# What the project scripts promise lies at target/release/jianwei, so a target folder set elsewhere is not followed.
unexport CARGO_TARGET_DIR CARGO_BUILD_TARGET_DIR

JIANWEI := target/release/jianwei
WITH_KAFKA := tests/kafka/kafka.sh with 1 --
DEMO_KAFKA = $(JIANWEI) demo --kafka $(ARGS)

.PHONY: help build demo demo-kafka test test-core fmt lint clean

help:
	@echo 'make build        the release binary, $(JIANWEI)'
	@echo 'make demo         run the demo in this terminal; ARGS="--seconds 30" passes arguments on'
	@echo 'make demo-kafka   the same against a real Kafka broker started for it'
	@echo 'make test         all tests, with a real Kafka broker (or the cluster that KAFKA_BROKERS names)'
	@echo 'make test-core    the tests of the core only: no Kafka, no binary'
	@echo 'make fmt          format the code'
	@echo 'make lint         check format and clippy, as CI does'
	@echo 'make clean        remove what cargo built'

build:
	@scripts/setup.sh build
	cargo build --release --locked

demo: build
	$(JIANWEI) demo $(ARGS)

demo-kafka: build
	@scripts/setup.sh test
	$(WITH_KAFKA) $(DEMO_KAFKA)

# The tests drive the release binary. The core's tests run in a debug and a native build too: its bytes must not differ.
test: build
	@scripts/setup.sh test
	cargo test -p jianwei-core --locked
	RUSTFLAGS='-C target-cpu=native' cargo test -p jianwei-core --release --locked --target-dir target/native
	$(WITH_KAFKA) cargo test --workspace --release --locked

test-core:
	@scripts/setup.sh build
	cargo test -p jianwei-core --locked

fmt:
	cargo fmt --all

# Clippy reads the clippy.toml beside each package's manifest, so the core's bans apply here and to the core only.
lint:
	@scripts/setup.sh build
	cargo fmt --all --check
	cargo clippy --workspace --all-targets --locked -- -D warnings

clean:
	cargo clean
