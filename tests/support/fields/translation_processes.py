"""Diffusions and a flow of points in space, one for each schedule and prediction, for tests on Gaussian data."""

from molgen.processes import (
    LinearPath,
    TranslationDiffusion,
    TranslationFlow,
    VarianceExploding,
    VariancePreservingCosine,
    VariancePreservingLinear,
)

TRANSLATIONS = {
    "ve": TranslationDiffusion(VarianceExploding(0.01, 30.0)),
    "vp-linear": TranslationDiffusion(VariancePreservingLinear()),
    "vp-cosine-noise": TranslationDiffusion(VariancePreservingCosine(), prediction="noise"),
    "vp-cosine-x0": TranslationDiffusion(VariancePreservingCosine(), prediction="x0"),
    "flow": TranslationFlow(LinearPath(2.0)),
}
