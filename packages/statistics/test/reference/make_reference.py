"""Writes reference.json: inputs and the values that other implementations give for them.

    pip install numpy scipy statsmodels pymannkendall ruptures arch mpmath
    python make_reference.py && oxfmt reference.json

Versions are in the file's `versions`. Inputs are rounded to a few digits, so that the file holds exactly what was used.
"""

import importlib.metadata
import json
import pathlib

import mpmath as mp
import numpy as np
import scipy.linalg
import scipy.signal
import scipy.stats
import statsmodels.api as sm

mp.mp.dps = 50


def listed(value):
    """Plain lists and floats of anything numeric."""
    if isinstance(value, dict):
        return {key: listed(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [listed(item) for item in value]
    if isinstance(value, np.ndarray):
        return listed(value.tolist())
    if isinstance(value, (bool, str, int)):
        return value
    return float(value)


def linear_algebra(rng):
    n = 7
    b = rng.normal(size=(n, n + 3)).round(3)
    a = b @ b.T
    rhs = rng.normal(size=n).round(3)
    v = rng.normal(size=n).round(3)
    lower = np.linalg.cholesky(a)
    rows = rng.normal(size=(6, n)).round(3)
    general = rng.normal(size=(n, n)).round(3)
    return {
        "n": n,
        "matrix": a.ravel(),
        "rhs": rhs,
        "lower": lower.ravel(),
        "logDeterminant": np.linalg.slogdet(a)[1],
        "solution": np.linalg.solve(a, rhs),
        "lowerSolution": scipy.linalg.solve_triangular(lower, rhs, lower=True),
        "upperSolution": scipy.linalg.solve_triangular(lower.T, rhs),
        "vector": v,
        "updated": np.linalg.cholesky(a + np.outer(v, v)).ravel(),
        "downdated": np.linalg.cholesky(a - 0.25 * np.outer(v, v)).ravel(),
        "inverse": np.linalg.inv(a).ravel(),
        "product": a @ v,
        "rows": rows.ravel(),
        "rankK": (a + 0.5 * rows.T @ rows).ravel(),
        "general": general.ravel(),
        "generalSolution": np.linalg.solve(general, rhs),
    }


def gram_and_ridge(rng):
    t, n = 40, 6
    x = rng.normal(size=(t, n)).round(3)
    y = (x @ np.arange(1, n + 1) + rng.normal(size=t)).round(3)
    precision = np.array([0.0, 0.5, 1.0, 2.0, 4.0, 100.0])
    variance = 1.7
    posterior = np.linalg.inv(x.T @ x / variance + np.diag(precision))
    ols = sm.OLS(y, x).fit()
    return {
        "columns": x.T,
        "y": y,
        "from": 5,
        "to": 33,
        "gram": x[5:33].T @ x[5:33],
        "dotRange": x[5:33, 1] @ x[5:33, 4],
        "precision": precision,
        "variance": variance,
        "ridge": posterior @ x.T @ y / variance,
        "ridgeDeviations": np.sqrt(np.diag(posterior)),
        "ols": ols.params,
        "olsDeviations": ols.bse,
        "olsVariance": ols.scale,
    }


def series(rng):
    x = scipy.signal.lfilter([1], [1, -0.6, 0.25], rng.normal(size=120)).round(4)
    fits = []
    for order in (1, 2, 3, 5):
        phi, sigma = sm.regression.yule_walker(x, order=order, method="mle", demean=False, result_object=False)
        fits.append({"order": order, "coefficients": phi, "variance": sigma**2})
    phi = np.array([0.6, -0.25, 0.1])
    return {
        "x": x,
        "fits": fits,
        "phi": phi,
        "innovations": scipy.signal.lfilter(np.r_[1, -phi], [1], x),
        "rho": 0.9,
        "leaky": scipy.signal.lfilter([1], [1, -0.9], x),
    }


def normal():
    z = [-38, -36.3, -20, -9.5, -7.5, -5.7, -5.6, -3, -1.959964, -1, -0.7, -0.6, -0.25, -1e-9]
    z += [0, 0.1, 0.5, 1, 2, 3.5, 6, 8]
    p = [1e-300, 1e-30, 1e-12, 1e-6, 0.001, 0.025, 0.0751, 0.1, 0.3, 0.5, 0.7, 0.925, 0.975, 0.9999]
    return {
        "z": z,
        "cdf": [mp.erfc(-mp.mpf(v) / mp.sqrt(2)) / 2 for v in z],
        "density": [mp.npdf(v) for v in z],
        "p": p,
        "quantile": [mp.findroot(lambda x, q=q: mp.log(mp.ncdf(x) / q), scipy.stats.norm.ppf(q)) for q in p],
    }


def order_statistics(rng):
    values = rng.standard_t(3, size=31).round(3)
    even = values[:12]
    p = [0, 0.025, 0.1, 1 / 3, 0.5, 0.77, 0.975, 1]
    return {
        "values": values,
        "probabilities": p,
        "quantiles": np.quantile(values, p),
        "evenMedian": np.median(even),
        "deviation": 1.4826 * scipy.stats.median_abs_deviation(values),
    }


def main():
    packages = ["numpy", "scipy", "statsmodels", "pymannkendall", "ruptures", "arch", "mpmath"]
    result = {"versions": {name: importlib.metadata.version(name) for name in packages}}
    for seed, section in enumerate([linear_algebra, gram_and_ridge, series, order_statistics]):
        result[section.__name__] = section(np.random.default_rng(seed + 1))
    result["normal"] = normal()
    path = pathlib.Path(__file__).parent / "reference.json"
    path.write_text(json.dumps(listed(result), indent=2) + "\n")


main()
