"""Faces: command line, Python helpers, report; nobody imports a face."""
