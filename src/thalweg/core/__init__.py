"""Contracts, catalogues, knobs, errors, outcomes, seeds, tree arithmetic and durable writes; imports nothing of ours outside."""
