# `make demo` and `make test` each do their whole set-up from a bare checkout.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PORT ?= 8000
LMS_PORT ?= 9000

.PHONY: demo test check bench pictures clean

demo: $(VENV)/.runs
	@$(BIN)/lms-ext demo --port $(PORT) --lms-port $(LMS_PORT)

test: $(VENV)/.tests
	@sh tests/install_browser.sh
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy lms_ext plugins bench
	$(BIN)/lint-imports
	$(BIN)/python -m pytest -n 2 --dist loadgroup --cov --cov-report=term:skip-covered --cov-fail-under=99

# the README's pictures, from the running product
pictures: $(VENV)/.tests
	@sh tests/install_browser.sh
	$(BIN)/python docs/pictures.py

# a venv with what the tool needs to run
$(VENV)/.runs: setup.cfg pyproject.toml
	@command -v $(PYTHON) >/dev/null || { echo "Python 3.11 or newer is missing: install python3 and python3-venv."; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed; set PYTHON=/path/to/python3."; exit 1; }
	@echo "Setting up $(VENV) (once, about half a minute) ..."
	@$(PYTHON) -m venv $(VENV) || { echo "python3-venv is missing: install it (Debian: apt-get install python3-venv)."; exit 1; }
	@$(BIN)/python -m pip --quiet --disable-pip-version-check install --editable . || { echo "Packages could not be installed: check the network and pip's settings."; exit 1; }
	@touch $@

# and with what tests need
$(VENV)/.tests: $(VENV)/.runs
	@echo "Adding what the tests need ..."
	@$(BIN)/python -m pip --quiet --disable-pip-version-check install --editable '.[test]' || { echo "Packages could not be installed: check the network and pip's settings."; exit 1; }
	@touch $@

# what the tool costs, beside PyLTI1p3 and a floor; QUICK=1 takes under two minutes
bench: $(VENV)/.bench
	@$(BIN)/python -m bench $(if $(QUICK),--quick)

$(VENV)/.bench: $(VENV)/.tests
	@$(BIN)/python -m pip --quiet --disable-pip-version-check install --editable '.[bench]' || { echo "Packages could not be installed: check the network and pip's settings."; exit 1; }
	@touch $@

clean:
	rm -rf $(VENV) build dist var
