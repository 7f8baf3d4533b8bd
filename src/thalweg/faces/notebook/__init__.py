"""The notebook: how runs, sets of pictures, evidence and results show themselves in Jupyter, VS Code and Colab, and live training."""
