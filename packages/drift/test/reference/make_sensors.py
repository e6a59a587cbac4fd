"""Writes sensors.json: what numpy gives where the tests of sensor networks need an independent value.

    pip install numpy
    python make_sensors.py && oxfmt sensors.json

The filter of the estimator is recursive; here the covariance of all observations is written out and inverted. The weights of neighbours
are found by trying every subset of them. Inputs come from the integer generator of the tests (Park and Miller, multiplier 48271).
"""

import itertools
import json
import pathlib

import numpy as np


def sequence(n, seed):
    """n numbers in (-1, 1)."""
    out = np.empty(n)
    state = seed
    for i in range(n):
        state = (state * 48271) % 2147483647
        out[i] = (2 * state) / 2147483647 - 1
    return out


WEEKS = 30
ROW_WEEKS = [w for w in range(WEEKS) if w not in (7, 8, 19) for _ in range(2)]
WANDER = {"short": 0.05, "weeks": 3.0, "long": 0.03, "season": 0.02, "walk": 0.04}
PLACE, OFFSET, START = 0.3, 0.25, 0.03
# in levels, over the walk of the gain
OFFSET_WALK = 0.75
WEEKS_PER_YEAR = 365.25 / 7


def filter_case(beside):
    """`beside`: the reference stands at the sensor's own place, so that all that is forgotten, the walk and the start are the sensor's."""
    n = len(ROW_WEEKS)
    u = sequence(3 * n, 5)
    week = np.array(ROW_WEEKS, float)
    gain = np.array([20 + 5 * u[i] if i % 2 == 0 else 0.0 for i in range(n)])
    offset = np.array([12 + 4 * u[n + i] for i in range(n)])
    value = 2 * u[2 * n :] + 0.1 * gain * (week >= 15)
    cos, sin = np.cos(0.12 * week), np.sin(0.12 * week)
    lag = np.abs(week[:, None] - week[None, :])
    both = np.minimum(week[:, None], week[None, :])
    walk = WANDER["walk"] ** 2 * both / WEEKS_PER_YEAR
    of_gain = (
        WANDER["short"] ** 2 * np.exp(-lag / WANDER["weeks"])
        + WANDER["long"] ** 2 * np.exp(-lag / 20)
        + WANDER["season"] ** 2 * (np.outer(cos, cos) + np.outer(sin, sin))
        + PLACE**2
        + walk
        + (START**2 if beside else 0)
    )
    of_offset = OFFSET**2 + OFFSET_WALK**2 * walk
    covariance = np.eye(n) + np.outer(gain, gain) * of_gain + of_offset * np.outer(offset, offset)
    step = gain * (week >= 15)
    inverse = np.linalg.inv(covariance)
    _, logdet = np.linalg.slogdet(covariance)
    # half of the walk is the sensor's own, else; its error at the start is seen by nobody then
    end = WEEKS - 1
    share = 1 if beside else 0.5
    with_own = share * WANDER["walk"] ** 2 * np.minimum(week, end) / WEEKS_PER_YEAR
    own_variance = share * WANDER["walk"] ** 2 * end / WEEKS_PER_YEAR + START**2
    if beside:
        with_own += WANDER["short"] ** 2 * np.exp(-(end - week) / WANDER["weeks"])
        with_own += WANDER["long"] ** 2 * np.exp(-(end - week) / 20) + START**2
        own_variance += WANDER["short"] ** 2 + WANDER["long"] ** 2
    with_own *= gain
    return {
        "logLikelihood": -0.5 * (value @ inverse @ value + logdet + n * np.log(2 * np.pi)),
        "information": step @ inverse @ step,
        "moment": step @ inverse @ value,
        "mean": with_own @ inverse @ value,
        "variance": own_variance - with_own @ inverse @ with_own,
        "taken": with_own @ inverse @ step,
    }


def weights_case():
    n = 5
    u = sequence(n * n, 9).reshape(n, n)
    covariance = u @ u.T + 0.3 * np.eye(n) + 2.0
    prior = np.array([0.4, 0.15, 0.15, 0.15, 0.15])
    common = (covariance.sum() - np.trace(covariance)) / (n * (n - 1))
    ridge = 0.5 * (np.trace(covariance) / n - common)
    best, best_value = None, np.inf
    for size in range(1, n + 1):
        for subset in itertools.combinations(range(n), size):
            k = list(subset)
            system = np.zeros((size + 1, size + 1))
            system[:size, :size] = covariance[np.ix_(k, k)] + ridge * np.eye(size)
            system[:size, size] = system[size, :size] = 1
            solution = np.linalg.solve(system, np.append(ridge * prior[k], 1))[:size]
            if (solution < 0).any():
                continue
            w = np.zeros(n)
            w[k] = solution
            value = w @ covariance @ w + ridge * ((w - prior) ** 2).sum()
            if value < best_value:
                best, best_value = w, value
    return {"weights": best}


def listed(value):
    if isinstance(value, dict):
        return {key: listed(item) for key, item in value.items()}
    if isinstance(value, np.ndarray):
        return value.tolist()
    return float(value)


if __name__ == "__main__":
    out = {
        "filter": filter_case(False),
        "beside": filter_case(True),
        "weights": weights_case(),
    }
    path = pathlib.Path(__file__).with_name("sensors.json")
    path.write_text(json.dumps(listed(out), indent=2) + "\n")
