"""The samplers by name, as options of commands give them."""

from __future__ import annotations

from molgen.errors import ConfigError
from molgen.sampling.steppers import Stepper, adams_bashforth, euler, heun
from molgen.sampling.stochastic import ancestral, euler_maruyama, predictor_corrector

SAMPLERS = ("ode", "heun", "sde", "predictor-corrector")
STOCHASTIC = ("sde", "predictor-corrector")


def stepper_of(name: str, *, exploding: bool = False) -> Stepper:
    """The stepper of a sampler.

    Args:
        name: "ode" (Adams-Bashforth, one evaluation a step), "heun" (two), "sde" (Euler-Maruyama, one) or
            "predictor-corrector" (Euler-Maruyama and a Langevin step, two).
        exploding: of a variance-exploding process: "ode" is Euler's rule, whose large steps overshoot to likelier
            states, and "sde" the ancestral rule, whose steps do not.

    Raises:
        ConfigError: for another name.
    """
    makers = {"ode": adams_bashforth, "heun": lambda: heun, "sde": lambda: euler_maruyama}
    if exploding and name in ("ode", "sde"):
        return euler if name == "ode" else ancestral
    if name == "predictor-corrector":
        return predictor_corrector()
    if name not in makers:
        raise ConfigError(f"sampler must be one of {', '.join(SAMPLERS)}, not {name!r}")
    return makers[name]()


def check_score(name: str, has_score: bool, model: str) -> None:
    """Check that a model can be sampled this way.

    Raises:
        ConfigError: the sampler follows a stochastic equation, and the model has no score.
    """
    if name in STOCHASTIC and not has_score:
        raise ConfigError(f'sampler "{name}" needs a score, which {model} does not have; use "ode" or "heun"')
