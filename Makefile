# `make demo` and `make test` set everything up and need nothing but Python >= 3.11.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# of the default tests: two processes, a file at a time
PYTEST ?= -n 2 --dist loadfile
STAMP := $(VENV)/.molgen-installed
IMATINIB := CN1CCN(CC1)Cc1ccc(cc1)C(=O)Nc1ccc(C)c(c1)Nc1nccc(n1)-c1cccnc1

.PHONY: demo test test-slow lint format install clean

demo: $(STAMP)
	@mkdir -p demo-output
	$(BIN)/molgen conformers "$(IMATINIB) imatinib" -n 20 -o demo-output/imatinib.sdf
	$(BIN)/molgen dock --protein data/1ia1.cif \
		--ligand "Nc1nc(N)c2c(Sc3ccccc3)cccc2n1 TQ3" --pocket data/1ia1_ligand.sdf \
		--complex demo-output/complex.pdb -o demo-output/poses.sdf

test: $(STAMP)
	$(BIN)/python -m pytest $(PYTEST)

test-slow: $(STAMP)
	$(BIN)/python -m pytest -n 2 --dist loadgroup -m slow

lint: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/pyright

format: $(STAMP)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

install: $(STAMP)

# torch first: other packages then find the build that constraints.txt names and pull in no second one
$(STAMP): pyproject.toml constraints.txt
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt torch
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e ".[dev]"
	@touch $@

clean:
	rm -rf demo-output build .pytest_cache .ruff_cache .hypothesis molgen.egg-info
