"""The face to scikit-learn: estimators with its contract, and a grid search that trains all candidates as one population.

- `linear`             LinearClassifier: f(x) = W x + b with the lecture's losses, by default at its proved optimum
- `classifier`         ThalwegClassifier: any score function, features or pictures
- `population_search`  PopulationSearchCV: GridSearchCV's interface over populations

`thalweg.sklearn` is where they are imported from.
"""
