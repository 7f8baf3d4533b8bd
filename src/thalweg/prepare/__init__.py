"""Preparations: affine maps fitted on the training split, folded into what is exported; one a file."""

from thalweg.prepare._catalogue import PREPARATIONS
from thalweg.prepare._chain import Chain, fit_chain
from thalweg.prepare._fold import fold_into_convolution, fold_into_linear

__all__ = ["PREPARATIONS", "Chain", "fit_chain", "fold_into_convolution", "fold_into_linear"]
