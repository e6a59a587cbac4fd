"""Writes water-lots.json: what numpy and statsmodels give for lots of water meters compared within districts.

    pip install numpy statsmodels
    python make_water_lots.py && oxfmt water-lots.json

Inputs are drawn on both sides from the same integer generator (Park and Miller, multiplier 48271). Dense covariance matrices of all
homes, the districts projected out by an orthonormal basis; the code under test never forms either.
"""

import json
import pathlib

import numpy as np
import statsmodels.api as sm

HOMES, STRATA, LOTS = 240, 6, 5
TYPES = np.array([[1, 1, 0, 0, 0], [0, 0, 1, 1, 1]], dtype=float)
AGES = np.array([-2.0, 1.0, -1.0, 0.0, 2.0])
EFFECTS = np.array([-0.08, -0.02, 0.01, 0.03, -0.05])
SDS = np.array([0.02, 0.02, 0.005])
SPREADS = 10 ** (-4 + np.arange(41) / 10)


def sequence(n, seed):
    out = np.empty(n)
    state = seed
    for i in range(n):
        state = (state * 48271) % 2147483647
        out[i] = (2 * state) / 2147483647 - 1
    return out


def homes(with_volume):
    """Stratum, lot, x and y of each home; lots are spread unevenly over the districts."""
    u = sequence(3 * HOMES, 11)
    i = np.arange(HOMES)
    stratum = i % STRATA
    lot = np.minimum(LOTS - 1, ((u[:HOMES] + 1) / 2 * 3).astype(int) + stratum % 3)
    x = 0.05 + 0.15 * (u[HOMES : 2 * HOMES] + 1) if with_volume else np.ones(HOMES)
    y = 0.03 * stratum + x * EFFECTS[lot] + 0.3 * u[2 * HOMES :]
    return stratum, lot, x, y


def case(with_volume):
    stratum, lot, x, y = homes(with_volume)
    levels = np.eye(STRATA)[stratum]
    design = np.eye(LOTS)[lot] * x[:, None]
    full = np.hstack([levels, design])
    # with x = 1 one combination of lots is one of districts: least squares by the pseudo-inverse
    ols = sm.OLS(y, full).fit(method="pinv")
    sigma = np.sqrt(ols.ssr / (HOMES - STRATA - LOTS + 1))
    q, _ = np.linalg.qr(np.hstack([levels, np.random.default_rng(1).normal(size=(HOMES, HOMES - STRATA))]))
    u = q[:, STRATA:]
    yy, xx = u.T @ y, u.T @ design
    columns = np.vstack([TYPES, AGES]).T

    def prior(tau):
        return tau**2 * np.eye(LOTS) + columns @ np.diag(SDS**2) @ columns.T

    def log_likelihood(tau):
        cov = xx @ prior(tau) @ xx.T + sigma**2 * np.eye(len(yy))
        _, det = np.linalg.slogdet(cov)
        return -0.5 * (det + yy @ np.linalg.solve(cov, yy))

    taus = SPREADS * sigma
    logs = np.array([log_likelihood(t) for t in taus])
    weights = np.exp(logs - logs.max()) * taus / (1 + (taus / 0.02) ** 2)
    weights /= weights.sum()
    means, covs = [], []
    for tau in taus:
        cov = xx @ prior(tau) @ xx.T + sigma**2 * np.eye(len(yy))
        gain = prior(tau) @ xx.T @ np.linalg.inv(cov)
        means.append(gain @ yy)
        covs.append(prior(tau) - gain @ xx @ prior(tau))
    mean = np.einsum("t,ti->i", weights, means)
    sd = np.sqrt([np.sum(weights * [c[l, l] + (m[l] - mean[l]) ** 2 for m, c in zip(means, covs)]) for l in range(LOTS)])
    information = np.diag(xx.T @ xx)
    contrasts = []
    for l in range(LOTS):
        k = np.where(np.arange(LOTS) == l, 1, -information / (information.sum() - information[l]))
        # least squares of the contrast: any generalised inverse gives the same
        pinv = np.linalg.pinv(xx.T @ xx)
        contrasts.append([k @ ols.params[STRATA:], sigma * np.sqrt(k @ pinv @ k)])
    return {
        "sigma": sigma,
        "tau": weights @ taus,
        "mean": mean.tolist(),
        "sd": sd.tolist(),
        "contrasts": contrasts,
    }


out = {"perYear": case(False), "perVolume": case(True)}
pathlib.Path(__file__).with_name("water-lots.json").write_text(json.dumps(out))
