"""Writes test/study/statistics/correlations.jsonl and fits.jsonl: what SciPy and NumPy make of lists of numbers.

Run from the root of the repository: python tools/statistics-cases.py (SciPy 1.17, NumPy 2.4)
"""

import json

import numpy as np
from scipy import optimize, stats


def rounded(values):
    return [float(f"{value:.6g}") for value in values]


def correlation(random, n, slope, levels=None):
    x = random.normal(size=n)
    y = slope * x + random.normal(size=n)
    if levels:
        x, y = np.round(x * levels), np.round(y * levels)
    x, y = rounded(x), rounded(y)
    found, line = stats.spearmanr(x, y), stats.pearsonr(x, y)
    draws = np.random.default_rng(0).integers(n, size=(4000, n))
    ranked = [[stats.rankdata(np.array(values)[draw]) for draw in draws] for values in (x, y)]
    with np.errstate(invalid="ignore"):
        drawn = [np.corrcoef(a, b)[0, 1] for a, b in zip(*ranked)]
    low, high = np.nanpercentile(drawn, [2.5, 97.5])
    return {
        "x": x, "y": y, "ranks": stats.rankdata(x).tolist(), "median": float(np.median(x)),
        "mad": float(stats.median_abs_deviation(x)), "spearman": float(found.statistic), "pearson": float(line.statistic),
        "spearmanP": float(found.pvalue), "pearsonP": float(line.pvalue), "low": float(low), "high": float(high),
    }


def fit(random, n, coefficients, noise):
    rows = random.uniform(0, 1, size=(n, len(coefficients))) * 10.0 ** np.arange(len(coefficients))
    targets = (rows @ coefficients) * (1 + noise * random.normal(size=n))
    rows, targets = [rounded(row) for row in rows], rounded(targets)
    weighted = np.array(rows) / np.array(targets)[:, None]
    groups = [f"family {i % 4}" for i in range(n)]
    left_out = []
    for i in range(n):
        kept = [j for j in range(n) if groups[j] != groups[i]]
        left_out.append(float(np.array(rows[i]) @ optimize.nnls(weighted[kept], np.ones(len(kept)))[0]))
    return {
        "rows": rows, "targets": targets, "groups": groups, "leftOut": left_out,
        "coefficients": optimize.nnls(weighted, np.ones(n))[0].tolist(),
    }


def main():
    random = np.random.default_rng(7)
    correlations = [
        correlation(random, n, slope, levels)
        for n, slope, levels in [(5, 1, None), (6, 0, None), (12, 0.5, None), (13, -2, None), (30, 0.2, 1), (31, 3, 2), (60, 0, 3)]
    ]
    fits = [
        fit(random, n, np.array(coefficients), noise)
        for n, coefficients, noise in [(8, [3.0, 0.2], 0), (20, [1.0, 0, 0.05], 0.1), (40, [0, 0.5, 0.01, 0.002], 0.3)]
    ]
    for name, cases in (("correlations", correlations), ("fits", fits)):
        with open(f"test/study/statistics/{name}.jsonl", "w") as file:
            file.writelines(f"{json.dumps(case)}\n" for case in cases)


main()
