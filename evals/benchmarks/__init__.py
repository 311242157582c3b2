"""Benchmarks, one module a subject; `evals.bench` finds and runs them."""
