"""Diagnosis: all checks of a patient, or those asked for, in their order."""

from collections.abc import Sequence
from dataclasses import replace

from thalweg.doctor import CHECKS
from thalweg.doctor._check import Check
from thalweg.doctor._patient import Patient


def diagnose(patient: Patient, *, only: Sequence[str] = ()) -> tuple[Check, ...]:
    """Examine a patient by every check, or by those named in `only`; raise `ConfigError` on a name that is none."""
    entries = sorted(map(CHECKS.get, only or CHECKS.names()), key=lambda entry: entry.place)
    patient.progress.begin("check", len(entries), "checks")
    found = []
    try:
        for entry in entries:
            found.append(replace(entry.examine(patient), name=entry.name))
            patient.progress.advance()
    finally:
        patient.progress.end()
    return tuple(found)
