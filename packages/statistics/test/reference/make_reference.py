"""Writes reference.json: inputs and the values that other implementations give for them.

    pip install numpy scipy statsmodels pymannkendall ruptures arch mpmath
    python make_reference.py && oxfmt reference.json

Versions are in the file's `versions`. Inputs are rounded to a few digits, so that the file holds exactly what was used.
"""

import importlib.metadata
import json
import pathlib

import mpmath as mp
import arch.covariance.kernel
import numpy as np
import pymannkendall
import ruptures
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


def weighted(rng):
    t = 30
    x = np.column_stack([np.ones(t), rng.normal(size=t), np.arange(t) / 10]).round(3)
    w = rng.uniform(0.2, 3, size=t).round(3)
    y = (x @ [2, -1, 0.5] + rng.normal(size=t) / np.sqrt(w)).round(3)
    fit = sm.WLS(y, x, weights=w).fit()
    longley = sm.datasets.longley.load_pandas()
    return {
        "columns": x.T,
        "y": y,
        "weights": w,
        "coefficients": fit.params,
        "covariance": np.asarray(fit.cov_params()).ravel(),
        "deviations": fit.bse,
        "variance": fit.scale,
        "residuals": fit.resid,
        "longley": {"columns": longley.exog.to_numpy(dtype=float).T, "y": longley.endog.to_numpy(dtype=float)},
    }


def robust(rng):
    stack = sm.datasets.stackloss.load_pandas()
    t = 40
    x = np.column_stack([np.ones(t), rng.normal(size=t)]).round(3)
    y = x @ [1, 3] + rng.normal(size=t)
    y[::9] += 15
    cases = []
    for name, a, b in [
        ("stack loss", sm.add_constant(stack.exog.to_numpy(dtype=float)), stack.endog.to_numpy(dtype=float)),
        ("outliers", x, y.round(3)),
    ]:
        for loss, norm in [("huber", sm.robust.norms.HuberT()), ("bisquare", sm.robust.norms.TukeyBiweight())]:
            fit = sm.RLM(b, a, M=norm).fit(maxiter=5000, tol=1e-14, conv="coefs")
            cases.append(
                {
                    "name": name,
                    "loss": loss,
                    "columns": a.T,
                    "y": b,
                    "coefficients": fit.params,
                    "deviations": fit.bse,
                    "scale": fit.scale,
                    "weights": fit.weights,
                }
            )
    return cases


def newey_west(rng):
    t = 60
    noise = scipy.signal.lfilter([1], [1, -0.5], rng.normal(size=t))
    x = np.column_stack([np.ones(t), rng.normal(size=t)]).round(3)
    y = (x @ [1, 2] + noise).round(3)
    fit = sm.OLS(y, x).fit()
    # At 100 values the preliminary lag is 4 whether rounded down, as in the paper, or up, as in arch.
    hundreds = [scipy.signal.lfilter([1], [1, -phi], rng.normal(size=100)).round(2) for phi in (0.6, 0.93)]
    constant = sm.OLS(y, np.ones(t)).fit()
    return {
        "columns": x.T,
        "residuals": fit.resid,
        "series": y,
        "lags": [0, 1, 4, 12],
        "covariances": [
            fit.get_robustcov_results("HAC", maxlags=lag, use_correction=False).cov_params().ravel()
            for lag in [0, 1, 4, 12]
        ],
        # The mean is the regression on a constant: its variance times n is the long-run variance.
        "longRun": [
            constant.get_robustcov_results("HAC", maxlags=lag, use_correction=False).cov_params()[0, 0] * t
            for lag in [0, 1, 4, 12]
        ],
        "hundreds": hundreds,
        "bandwidths": [
            float(arch.covariance.kernel.Bartlett(v[:, None]).opt_bandwidth) for v in hundreds
        ],
    }


def trends(rng):
    n = 50
    noise = scipy.signal.lfilter([1], [1, -0.6], rng.normal(size=n))
    cases = []
    for name, y in [
        ("autocorrelated, rising", (noise + 0.04 * np.arange(n)).round(2)),
        ("autocorrelated, level", noise[:30].round(2)),
        ("falling, with ties", (rng.normal(size=40) - 0.05 * np.arange(40)).round(0) + 0.0),
    ]:
        x = np.sort(rng.integers(0, 2 * len(y), size=len(y))).astype(float)
        tests = {}
        for key, result in [
            ("plain", pymannkendall.original_test(y)),
            ("hamedRao", pymannkendall.hamed_rao_modification_test(y)),
            ("hamedRaoThree", pymannkendall.hamed_rao_modification_test(y, lag=3)),
            ("yueWangOne", pymannkendall.yue_wang_modification_test(y, lag=1)),
            ("yueWangThree", pymannkendall.yue_wang_modification_test(y, lag=3)),
        ]:
            tests[key] = {"s": result.s, "variance": result.var_s, "z": result.z, "p": result.p, "tau": result.Tau}
        even = scipy.stats.theilslopes(y, np.arange(len(y)), 0.9, method="separate")
        uneven = scipy.stats.theilslopes(y, x, 0.95, method="separate")
        cases.append({"name": name, "y": y, "x": x, "tests": tests, "even90": list(even), "uneven95": list(uneven)})
    return cases


def charts(rng):
    """Run lengths from the integral equations, by Nystrom's method on Gauss-Legendre nodes: no Markov chain."""
    phi, cdf = scipy.stats.norm.pdf, scipy.stats.norm.cdf
    nodes, weights = np.polynomial.legendre.leggauss(120)

    def cusum(k, h, shift, start=0.0):
        y, w = (nodes + 1) * h / 2, weights * h / 2
        s = np.r_[0, y]
        kernel = np.column_stack([cdf(k - s - shift), phi(y[None, :] + k - s[:, None] - shift) * w])
        length = np.linalg.solve(np.eye(len(s)) - kernel, np.ones(len(s)))
        return 1 + length[0] * cdf(k - start - shift) + (phi(y + k - start - shift) * w) @ length[1:]

    def ewma(lam, width, shift):
        h = width * np.sqrt(lam / (2 - lam))
        y, w = nodes * h, weights * h
        kernel = phi((y[None, :] - (1 - lam) * y[:, None]) / lam - shift) * w / lam
        length = np.linalg.solve(np.eye(len(y)) - kernel, np.ones(len(y)))
        return 1 + (phi(y / lam - shift) * w / lam) @ length

    z = (rng.normal(size=40) + np.r_[np.zeros(20), 1.2 * np.ones(20)]).round(3)
    upper, path = 0.0, []
    for value in z:
        upper = max(0.0, upper + value - 0.5)
        path.append(upper)
    return {
        "cusum": [
            {"allowance": k, "threshold": h, "shift": d, "headStart": s, "runLength": cusum(k, h, d, s)}
            for k, h, d, s in [
                (0.5, 4, 0, 0),
                (0.5, 4, 1, 0),
                (0.5, 4, -0.5, 0),
                (0.5, 5, 0, 0),
                (0.5, 5, 0, 2.5),
                (0.5, 5, 2, 2.5),
                (0.25, 8, 0, 0),
                (0.25, 8, 0.5, 3.3),
                (1, 2.5, 0, 0),
            ]
        ],
        "ewma": [
            {"lambda": lam, "width": width, "shift": d, "runLength": ewma(lam, width, d)}
            for lam, width, d in [
                (0.4, 3.054, 0),
                (0.25, 2.998, 1),
                (0.2, 2.962, 0),
                (0.1, 2.814, 0),
                (0.1, 2.814, 0.5),
                (0.05, 2.615, 0),
                (0.05, 2.615, 2),
            ]
        ],
        "z": z,
        "upper": path,
        "average": scipy.signal.lfilter([0.2], [1, -0.8], z),
    }


def changes(rng):
    cases = []
    for name, means, length in [
        ("three shifts", [0, 3, -1, 1.5], 25),
        ("no shift", [0], 60),
        ("small shifts", [0, 0.8, 0, 0.8], 40),
        ("spikes", [0, 9, 0, -9, 0], 3),
    ]:
        y = np.concatenate([m + rng.normal(size=length) for m in means]).round(3)
        fits = []
        for penalty, least in [(2 * np.log(len(y)), 1), (2 * np.log(len(y)), 2), (3.0, 5), (0.5, 2)]:
            model = ruptures.Pelt(model="l2", min_size=least, jump=1).fit(y[:, None])
            # Dynamic programming over every segmentation.
            best = [-penalty] + [np.inf] * len(y)
            last = [0] * (len(y) + 1)
            for end in range(least, len(y) + 1):
                for start in range(0, end - least + 1):
                    piece = y[start:end]
                    total = best[start] + ((piece - piece.mean()) ** 2).sum() + penalty
                    if total < best[end]:
                        best[end], last[end] = total, start
            exact, end = [], len(y)
            while last[end] > 0:
                end = last[end]
                exact.insert(0, end)
            fits.append(
                {
                    "penalty": penalty,
                    "minimumLength": least,
                    "exact": exact,
                    "ruptures": model.predict(pen=penalty)[:-1],
                }
            )
        cases.append({"name": name, "y": y, "fits": fits})
    return cases


def special_functions():
    x = [1e-10, 0.001, 0.3, 0.5, 0.9, 1 - 1e-9, 1.0, 1.2, 1.5, 1.9999, 2.0, 2.3, 2.5, 3.7, 9.99, 10.0, 12.5, 171.3, 1e6, 1e12]
    gamma = [(0.001, 1e-5), (0.3, 2.0), (0.5, 0.01), (1, 1), (1, 30), (2.5, 0.2), (2.5, 3.4), (2.5, 3.6), (10, 3), (10, 40)]
    gamma += [(100, 60), (100, 99), (100, 101), (100, 180), (5000, 4900), (5000, 5200), (1e6, 1e6), (1e6, 1.003e6)]
    beta = [(0.01, 0.5, 0.5), (0.5, 0.5, 0.5), (0.999, 0.5, 0.5), (0.3, 1, 1), (0.2, 2, 7), (0.9, 2, 7), (1e-8, 0.1, 3)]
    beta += [(0.45, 100, 120), (0.2, 100, 120), (0.8, 100, 120), (0.5, 3000, 3100), (0.999, 5000, 2), (0.02, 0.3, 400)]
    return {
        "logGamma": {"x": x, "value": [mp.loggamma(v) for v in x]},
        "gamma": [
            {
                "a": a,
                "x": v,
                "lower": mp.gammainc(a, 0, v, regularized=True),
                "upper": mp.gammainc(a, v, mp.inf, regularized=True),
            }
            for a, v in gamma
        ],
        "beta": [
            {"x": v, "a": a, "b": b, "value": mp.betainc(a, b, 0, v, regularized=True)} for v, a, b in beta
        ],
    }


def distributions():
    p = [1e-12, 1e-4, 0.025, 0.3, 0.5, 0.8, 0.975, 0.9999]
    chi, t, beta = scipy.stats.chi2, scipy.stats.t, scipy.stats.beta
    binomials = [(1, 0.3), (10, 0.5), (40, 0.01), (1000, 0.97), (100000, 0.2)]
    counts = [(0, 10), (1, 10), (5, 10), (10, 10), (3, 200), (199, 200), (4000, 10000)]

    def wilson(k, n, z=mp.mpf(scipy.stats.norm.ppf(0.975))):
        share = mp.mpf(k) / n
        middle = (share + z**2 / (2 * n)) / (1 + z**2 / n)
        reach = z * mp.sqrt(share * (1 - share) / n + z**2 / (4 * n**2)) / (1 + z**2 / n)
        return [middle - reach, middle + reach]

    return {
        "p": p,
        "chiSquare": [{"degrees": d, "quantiles": chi.ppf(p, d)} for d in [0.5, 1, 2, 5, 30, 1000]],
        "chiSquareTail": [
            {"x": x, "degrees": d, "tail": mp.gammainc(mp.mpf(d) / 2, mp.mpf(x) / 2, mp.inf, regularized=True)}
            for x, d in [(3.84, 1), (100, 3), (0.5, 10), (1500, 1000)]
        ],
        "student": [{"degrees": d, "quantiles": t.ppf(p, d)} for d in [1, 2, 4.5, 30, 1000]],
        "studentCdf": [
            {
                "t": x,
                "degrees": d,
                "cdf": mp.betainc(mp.mpf(d) / 2, 0.5, 0, d / (d + mp.mpf(x) ** 2), regularized=True) / 2
                if x < 0
                else 1 - mp.betainc(mp.mpf(d) / 2, 0.5, 0, d / (d + mp.mpf(x) ** 2), regularized=True) / 2,
            }
            for x, d in [(-1e-6, 5), (-2.5, 1), (-40, 10), (0.7, 3), (6, 200), (-12, 1e5)]
        ],
        "beta": [
            {"a": a, "b": b, "quantiles": beta.ppf(p, a, b)}
            for a, b in [(0.5, 0.5), (1, 3), (2, 7), (40, 2), (300, 500), (0.05, 4)]
        ],
        "binomial": [
            {
                "trials": n,
                "success": s,
                "k": [0, n // 3, int(n * s), int(n * s) + 1, n - 1],
                "cdf": [
                    mp.betainc(n - k, k + 1, 0, 1 - mp.mpf(s), regularized=True) if k < n else 1
                    for k in [0, n // 3, int(n * s), int(n * s) + 1, n - 1]
                ],
                "quantiles": scipy.stats.binom.ppf(p, n, s),
            }
            for n, s in binomials
        ],
        "proportions": [
            {
                "successes": k,
                "trials": n,
                "exact": list(scipy.stats.binomtest(k, n).proportion_ci(0.95, "exact")),
                "wilson": wilson(k, n),
            }
            for k, n in counts
        ],
    }


def main():
    packages = ["numpy", "scipy", "statsmodels", "pymannkendall", "ruptures", "arch", "mpmath"]
    result = {"versions": {name: importlib.metadata.version(name) for name in packages}}
    sections = [linear_algebra, gram_and_ridge, series, order_statistics]
    sections += [weighted, robust, newey_west, trends, charts, changes]
    for seed, section in enumerate(sections):
        result[section.__name__] = section(np.random.default_rng(seed + 1))
    for section in (normal, special_functions, distributions):
        result[section.__name__] = section()
    path = pathlib.Path(__file__).parent / "reference.json"
    path.write_text(json.dumps(listed(result), indent=2) + "\n")


main()
