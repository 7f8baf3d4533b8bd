"""Run: recipe, training, the checkpoint store; the only place where images, preparations, scores, losses, penalties and optimisers meet."""
