"""Posterior of a small water district by dense generalised least squares: python3 make_water.py > water.json (numpy 2)."""

import json
import math

import numpy as np

HOMES = 6
HOURS = 240


def sequence(n, seed):
    out = np.empty(n)
    state = seed
    for i in range(n):
        state = state * 48271 % 2147483647
        out[i] = 2 * state / 2147483647 - 1
    return out


def bell(n, seed):
    return sequence(12 * n, seed).reshape(n, 12).sum(axis=1) / 2


size = sequence(HOMES * HOURS, 41).reshape(HOMES, HOURS)
burst = sequence(HOMES * HOURS, 42).reshape(HOMES, HOURS)
flow = np.array(
    [(8 + 3 * i) * (1 + 0.8 * size[i]) + np.where(burst[i] > 0.6, 40, 0) for i in range(HOMES)]
)
error = np.where(np.arange(HOMES) == 2, -0.1, 0.0)
gain = 1 + 0.1 * np.sin(2 * math.pi * np.arange(HOURS) / 24)
level = 50 + np.cumsum(bell(HOURS, 43))
white = 25 + 20 * (flow**2).sum(axis=0) / (flow**2).sum(axis=0).mean()
balance = (
    (flow / (1 + error[:, None])).sum(axis=0) - flow.sum(axis=0) + gain * level
    + np.sqrt(white) * bell(HOURS, 44)
)

# level: 1e6 before the first hour, then 1 an hour; rounding 8, with a hole before hour 120
until = 1e6 + np.arange(HOURS)
covariance = np.outer(gain, gain) * np.minimum.outer(until, until)
covariance += np.diag(white + 16)
for t in range(1, HOURS):
    if t != 120:
        covariance[t, t - 1] -= 8
        covariance[t - 1, t] -= 8

design = np.vstack([-flow, flow.sum(axis=0)]).T
prior_mean = np.array([-0.002] * HOMES + [0.0])
prior_sd = np.array([0.012] * HOMES + [0.006])
prior_sd[2] = 0.2
inverse = np.linalg.inv(covariance)
precision = design.T @ inverse @ design + np.diag(prior_sd**-2.0)
mean = np.linalg.solve(precision, design.T @ inverse @ balance + prior_mean / prior_sd**2)
sd = np.sqrt(np.diag(np.linalg.inv(precision)))
print(json.dumps({"mean": mean.tolist(), "sd": sd.tolist()}, indent=2))
