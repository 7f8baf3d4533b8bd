"""Files: the names that the folders of runs and of populations are made of. Imports nothing, so that a list of runs needs no PyTorch."""

RECIPE, METRICS, MANIFEST, MODEL, CHECKPOINTS = "recipe.toml", "metrics.jsonl", "manifest.json", "model.safetensors", "checkpoints"
PATH = "path.safetensors"
REPORT, INSPECTION, EVIDENCE, ANIMATION = "report.html", "inspection.html", "evidence", "path.gif"
LOCK, HOLDER = ".lock", ".lock.json"
POPULATION, MEMBERS, RESULTS = "population.json", "members.jsonl", "results"
