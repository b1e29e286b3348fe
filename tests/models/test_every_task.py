"""Every model that `molgen train` lists: training, resuming exactly, starting from weights, loading."""

import pytest
from small_sets import SMALL_TRAININGS
from task_tests import Case, TaskTests

from molgen.config import override
from molgen.errors import InputError
from molgen.models import trainable_models

OTHER = {
    "conformers": "model.harmonics=3",
    "cartesian": "model.network.layers=2",
    "docking": "model.harmonics=3",
    "confidence": "model.contacts.channels=4",
    "side-chains": "model.layers=2",
}


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("command", sorted(trainable_models()), scope="class")
class TestEveryTask(TaskTests):
    @pytest.fixture(scope="class")
    def case(self, command, tmp_path_factory) -> Case:
        config = SMALL_TRAININGS[command](tmp_path_factory.mktemp("prepared"))
        return Case(command, trainable_models()[command].task(), config, OTHER[command])

    def test_the_record_names_every_source(self, case, whole):
        (run,) = case.task.load(whole.weights)[1]["runs"]
        assert len(run["sources"]) == len(case.config.train.sources)

    def test_a_missing_source_is_refused(self, case, tmp_path):
        missing = override(case.config, ["train.sources=[{path: nowhere}]"])
        with pytest.raises(InputError, match="nowhere"):
            case.task.train(missing, tmp_path)
