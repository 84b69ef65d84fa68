# The daily commands; `make run` and `make test` are all that a newcomer needs.
PYTHON ?= $(shell command -v python3.11 || command -v python3.10 || command -v python3)
UV := .uv/bin/uv
RUN := $(UV) run --frozen --no-sync
export RASA_TELEMETRY_ENABLED := false
export TF_CPP_MIN_LOG_LEVEL := 3
export SQLALCHEMY_SILENCE_UBER_WARNING := 1
export PYTHONWARNINGS := ignore

.PHONY: run test check unit train eval bench simulate docs format locale clean

run: .venv/.synced-run
	@$(RUN) --no-dev python -m bot serve

test: check unit
	@$(RUN) python -m bot train
	PYTHONHASHSEED=0 $(RUN) pytest -q -n auto --dist loadfile tests/integration
	$(RUN) rasa test core --stories tests/stories --model "$$($(RUN) python -m bot train)" \
	  --fail-on-prediction-errors --out var/stories > var/stories.log 2>&1 \
	  && echo "rasa test stories: ok" || (tail -n 60 var/stories.log; exit 1)
	PYTHONHASHSEED=0 $(RUN) pytest -q -n auto --dist loadfile tests/e2e --ignore tests/e2e/channels
	PYTHONHASHSEED=0 $(RUN) pytest -q -n auto --dist loadfile tests/e2e/channels tests/browser
	$(RUN) python -m bench.simulation.run --kills 3

check: .venv/.synced
	$(RUN) ruff check .
	$(RUN) ruff format --check .
	$(RUN) mypy
	$(RUN) lint-imports
	$(RUN) python -m bot locale check
	@mkdir -p var && $(RUN) rasa data validate --domain domain --config config.yml --data data > var/validate.log 2>&1 \
	  && echo "rasa data validate: ok" || (cat var/validate.log; exit 1)

# Tests are shared out among processes by their order, which must be the same in all of them.
unit: .venv/.synced
	PYTHONHASHSEED=0 $(RUN) pytest -q -n auto tests/unit

train: .venv/.synced
	@$(RUN) python -m bot train --force

eval: .venv/.synced
	@$(RUN) python -m bot eval nlu tests/nlu/*.jsonl

bench: .venv/.synced
	@$(RUN) python -m bench.run

# A shortened year of a shop, in two minutes; `make simulate N=1000` plays all of it, KILLS=50 kills the process on the
# way, and both may take as long as they need.
N ?= 60
KILLS ?= 0
simulate: .venv/.synced
	@$(RUN) python -m bot train > /dev/null
	@$(RUN) python -m bench.simulation.run -n $(N) --kills $(KILLS) $(if $(filter 60-0,$(N)-$(KILLS)),--limit-seconds 120)

docs: .venv/.synced
	@$(RUN) python -m bench.process_diagrams

format: .venv/.synced
	$(RUN) ruff check --fix .
	$(RUN) ruff format .

locale: .venv/.synced
	$(RUN) python -m bot locale update

clean:
	rm -rf .venv .uv .rasa var models/*.tar.gz

# uv lives in an environment of its own, so that nothing on the machine is touched.
$(UV):
	@command -v "$(firstword $(PYTHON))" > /dev/null || { echo "parley: found no Python: install Python 3.11 or 3.10, or give one with PYTHON=" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; v = sys.version_info[:2]; sys.exit(0 if v in ((3, 10), (3, 11)) else "parley: needs Python 3.11 or 3.10, this is %d.%d; give one with PYTHON=" % v)'
	@$(PYTHON) -m venv .uv
	@.uv/bin/python -m pip install --quiet --disable-pip-version-check "uv>=0.5,<1"

# Bytecode is compiled once, so that a start takes half the time. A second start finds the stamp newer than the lock and needs no network.
.venv/.synced-run: $(UV) uv.lock pyproject.toml
	@$(UV) sync --frozen --compile-bytecode --no-dev --inexact --python $(PYTHON)
	@touch $@

.venv/.synced: $(UV) uv.lock pyproject.toml
	@$(UV) sync --frozen --compile-bytecode --python $(PYTHON)
	@touch $@ .venv/.synced-run
