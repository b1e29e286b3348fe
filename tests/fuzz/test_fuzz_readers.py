"""Changed copies of valid inputs: every reader answers with a result or with an error of one line."""

import random
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mutation import mutated, mutated_tensors
from reader_targets import check, header_and_data, readers

READERS = readers()
TENSORS = [name for name in READERS if name.endswith("part") or name == "weights"]
EXAMPLES = 40


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("fuzz")


@pytest.mark.parametrize("name", READERS)
def test_the_seeds_are_read(name, folder):
    seeds = READERS[name].seeds()
    assert seeds
    assert [check(READERS[name], seed, folder) for seed in seeds] == ["result"] * len(seeds)


@pytest.mark.parametrize("name", READERS)
def test_changed_inputs_give_a_result_or_an_error_of_one_line(name, folder):
    reader = READERS[name]
    seeds = reader.seeds()

    @settings(max_examples=EXAMPLES)
    @given(st.sampled_from(range(len(seeds))), st.integers(0, 2**32))
    def tried(which, number):
        check(reader, mutated(seeds[which], random.Random(number)), folder)

    tried()


@pytest.mark.parametrize("name", TENSORS)
def test_changed_tensors_give_a_result_or_an_error_of_one_line(name, folder):
    reader = READERS[name]
    (seed,) = reader.seeds()

    @settings(max_examples=2 * EXAMPLES)
    @given(st.integers(0, 2**32))
    def tried(number):
        check(reader, mutated_tensors(seed, random.Random(number)), folder)

    tried()


@pytest.mark.parametrize("name", READERS)
@settings(max_examples=EXAMPLES // 2)
@given(data=st.binary(max_size=300))
def test_any_bytes_give_a_result_or_an_error_of_one_line(name, data, folder):
    check(READERS[name], data, folder)


@settings(max_examples=3 * EXAMPLES)
@given(text=st.text(max_size=40), name=st.sampled_from([name for name, reader in READERS.items() if reader.is_text]))
def test_any_argument_gives_a_result_or_an_error_of_one_line(name, text):
    check(READERS[name], text.encode(errors="surrogatepass"), Path())


def test_a_reader_that_lets_an_exception_through_is_seen(folder):
    class Broken:
        def read(self, data, folder):
            raise ValueError("two\nlines")

    with pytest.raises(ValueError, match="two"):
        check(Broken(), b"", folder)  # pyright: ignore[reportArgumentType]


def test_mutations_change_what_they_are_given_and_the_same_seed_gives_the_same():
    (seed,) = READERS["complex part"].seeds()
    rng = random.Random(3)
    assert sum(mutated(seed, rng) != seed for _ in range(50)) > 40
    assert mutated(seed, random.Random(5)) == mutated(seed, random.Random(5))
    headers = [header_and_data(mutated_tensors(seed, random.Random(number)))[0] for number in range(20)]
    assert any(header != header_and_data(seed)[0] for header in headers)
