"""Thalweg in scikit-learn: `from thalweg.sklearn import LinearClassifier, PopulationSearchCV, ThalwegClassifier`.

Classifiers by scikit-learn's contract, for pipelines, searches and calibration; and a grid search that trains all candidates and folds
together. docs/sklearn.md shows them at work.
"""

from thalweg.faces.estimators.classifier import ThalwegClassifier
from thalweg.faces.estimators.linear import LinearClassifier
from thalweg.faces.estimators.population_search import PopulationSearchCV

__all__ = ["LinearClassifier", "PopulationSearchCV", "ThalwegClassifier"]
