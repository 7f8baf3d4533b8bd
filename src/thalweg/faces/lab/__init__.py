"""The lab: watch and steer a classifier in the browser. A public module is a room; what a room shows is computed in a process of its own.

The parts: a page (`assets`) sends words and draws pictures; the server (`_server`) lets in whom it may (`_guard`) and passes messages on;
a worker (`_worker`) holds a room's show and sends a picture whenever the page has drawn the last one. The lab holds no mathematics.
"""

from thalweg.core.catalogue import Catalogue
from thalweg.faces.lab._room import Room

ROOMS = Catalogue("thalweg.faces.lab", "room", Room)
