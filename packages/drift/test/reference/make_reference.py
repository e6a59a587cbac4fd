"""Writes reference.json: what numpy and scipy give where the tests of the estimator need an independent value.

    pip install numpy scipy
    python make_reference.py && oxfmt reference.json

Inputs are not stored: both sides draw them from the same integer generator (Park and Miller, multiplier 48271) and the same
few additions and products, so that they agree to the last bits. The linear algebra here is dense and by other routes than the
estimator's: explicit covariance matrices instead of filters, inverses and least squares instead of information sums.
"""

import json
import pathlib

import numpy as np
import scipy
import scipy.optimize


def sequence(n, seed):
    """n numbers in (-1, 1)."""
    out = np.empty(n)
    state = seed
    for i in range(n):
        state = (state * 48271) % 2147483647
        out[i] = (2 * state) / 2147483647 - 1
    return out


def listed(value):
    if isinstance(value, dict):
        return {key: listed(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [listed(item) for item in value]
    if isinstance(value, np.ndarray):
        return listed(value.tolist())
    if isinstance(value, (bool, str, int)):
        return value
    return float(value)


def register_smoothing():
    """Posterior mean of a counter that grows by independent normal steps and is read with rounding noise, as one dense
    linear system in all counter values at once (a Rauch-Tung-Striebel smoother gives the same numbers recursively)."""
    quantum = 0.01
    count = 60
    u = sequence(count, 11)
    true = 0.02 + 0.015 * u + np.where(u > 0.8, 0.3, 0)
    counter = np.concatenate([[0], np.cumsum(true)])
    shown = np.round(counter / quantum) * quantum
    energy = np.diff(shown)
    noise = quantum**2 / 12
    half, wide = 4, 16
    centre = np.array([energy[max(0, k - wide) : k + wide + 1].mean() for k in range(count)])
    deviation = (energy - centre) ** 2
    step = np.array([deviation[max(0, k - half) : k + half + 1].mean() for k in range(count)])
    step = np.maximum(step - 2 * noise, 0.02 * noise)
    difference = np.diff(np.eye(count + 1), axis=0)
    precision = difference.T @ np.diag(1 / step) @ difference + np.eye(count + 1) / noise
    shift = difference.T @ (centre / step) + (shown - shown[0]) / noise
    return {"energy": energy, "smoothed": np.diff(np.linalg.solve(precision, shift))}


def noise_covariance(rounding, white, broken):
    """Of n(t) = q(t) - q(t-1) + w(t) with var q = rounding, var w(t) = white(t); a broken interval starts a new q."""
    count = len(white)
    c = np.diag(2 * rounding + white)
    for t in range(1, count):
        if not broken[t]:
            c[t, t - 1] = c[t - 1, t] = -rounding
    return c


def balance_noise():
    count = 300
    u = sequence(count, 21)
    log_scale = 0.8 * u
    broken = np.zeros(count, dtype=bool)
    broken[[0, 70, 180]] = True
    length = np.ones(count)
    length[[69, 179]] = 3
    extra = np.zeros(count)
    extra[200:] = 2e-4
    rounding, base, exponent = 4e-4, 6e-4, 0.9

    def covariance(p):
        white = extra + np.exp(p[1]) * length * np.exp(p[2] * log_scale)
        return noise_covariance(np.exp(p[0]), white, broken)

    # sums of twelve uniform numbers are near enough to normal, and stay within six standard deviations
    z = sequence(12 * count, 22).reshape(count, 12).sum(axis=1) / 2
    series = np.linalg.cholesky(covariance([np.log(rounding), np.log(base), exponent])) @ z

    def deviance(p):
        c = covariance(p)
        return np.linalg.slogdet(c)[1] + series @ np.linalg.solve(c, series)

    start = [np.log(rounding), np.log(base), exponent]
    best = scipy.optimize.minimize(deviance, start, method="Nelder-Mead", options={"xatol": 1e-6, "fatol": 1e-8})
    return {"series": series, "least": best.fun, "optimum": best.x}


AREA_METERS, AREA_INTERVALS, AREA_PER_DAY = 12, 480, 96


def small_area():
    """kW.h per quarter of an hour of 12 consumers over 5 days, and their supply with 0.5 % fixed and 2 % square loss."""
    n, count = AREA_METERS, AREA_INTERVALS
    shape = sequence(n * count, 31).reshape(n, count)
    burst = sequence(n * count, 32).reshape(n, count)
    energy = np.array([(0.04 + 0.01 * i) * (1 + 0.6 * shape[i] + np.where(burst[i] > 0.7, 2.5, 0)) for i in range(n)])
    true = energy.copy()
    true[3] = energy[3] / 1.05
    total = true.sum(axis=0)
    noise = sequence(count, 33)
    supply = total + 0.02 * total * total / total.mean() + 0.003 + 0.004 * noise
    return energy, supply


def textbook():
    energy, supply = small_area()
    total = energy.sum(axis=0)
    x = np.vstack([-energy, total**2 / total.mean(), np.ones(AREA_INTERVALS)]).T
    d = supply - total
    n, p = AREA_METERS, AREA_METERS + 2
    plain = np.linalg.lstsq(x, d, rcond=None)[0]
    variance = ((d - x @ plain) ** 2).sum() / (AREA_INTERVALS - p)
    bounds = [k * AREA_INTERVALS // 5 for k in range(6)]

    def ridge(rows, sd):
        penalty = np.sqrt(variance) / sd * np.eye(n, p)
        return np.linalg.lstsq(np.vstack([x[rows], penalty]), np.concatenate([d[rows], np.zeros(n)]), rcond=None)[0]

    every = np.arange(AREA_INTERVALS)
    sds = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.3, 1]
    losses = []
    for sd in sds:
        loss = 0
        for a, b in zip(bounds[:-1], bounds[1:]):
            inside = (every >= a) & (every < b)
            loss += ((d[inside] - x[inside] @ ridge(~inside, sd)) ** 2).sum()
        losses.append(loss)
    chosen = sds[int(np.argmin(losses))]
    error = lambda beta: beta / (1 - beta)
    return {
        "leastSquares": error(plain[:n]),
        "ridge": error(ridge(every, chosen)[:n]),
        "chosen": chosen,
    }


def area_model():
    """Dense generalised least squares with normal priors, and the likelihood of one consumer's path with everything else
    integrated out, from an explicit covariance of the balance."""
    energy, supply = small_area()
    n, count, hours = AREA_METERS, AREA_INTERVALS, 0.25
    total = energy.sum(axis=0)
    power = total / hours
    columns, sd, mean = [], [], []

    def add(column, deviation, centre=0.0):
        columns.append(column)
        sd.append(deviation)
        mean.append(centre)

    def clock(series):
        out = np.zeros(count)
        out[1:-1] = (series[2:] - series[:-2]) / 2
        return out

    for i in range(n):
        add(-energy[i], 0.004)
    for i in range(n):
        add(-clock(energy[i]), 15 / 900)
    add(clock(total), 15 / 900)
    days = np.arange(count) / AREA_PER_DAY
    add(clock(total) * (days - days.mean()), 0.5 / 900)
    assumed = 0.02
    expected = assumed * total * power / power.mean()
    for i in range(n):
        add(energy[i] * power / power.mean(), 0.4 * assumed)
    add(expected, 0.5)
    squares = (energy**2).sum(axis=0) / hours
    add(squares * expected.mean() / squares.mean(), 0.3)
    day = np.arange(count) // AREA_PER_DAY
    for first in (0, 2, 4):
        add(np.where((day >= first) & (day < first + 2), expected, 0), 0.1)
    add(np.full(count, hours), 3 * n * 0.001, n * 0.001)
    add(total + expected, 0.005 / np.sqrt(3))
    x = np.array(columns).T
    sd, mean = np.array(sd), np.array(mean)
    d = supply - total - expected

    c = noise_covariance(1e-6, 2e-5 * np.ones(count), np.arange(count) == 0)
    half = np.linalg.inv(np.linalg.cholesky(c))
    xw, dw = half @ x, half @ d
    # one meter is taken to have drifted by a step at the third day, with a normal prior on its size
    active_meter, slab = 3, 0.05

    def path(consumer, whitened, split, step, target, noise):
        """Columns of one day each, everything else integrated out of an explicit covariance."""
        others = [j for j in range(x.shape[1]) if j != consumer]
        z, zsd, zmean = whitened[:, others], sd[others], mean[others]
        if consumer != active_meter:
            z, zsd, zmean = np.column_stack([z, step]), np.append(zsd, slab), np.append(zmean, 0)
        v = np.linalg.inv(noise + z @ np.diag(zsd**2) @ z.T)
        blocks = np.array([split(consumer, day == k) for k in range(5)]).T
        return {
            "consumer": consumer,
            "information": (blocks.T @ v @ blocks).ravel(),
            "moment": blocks.T @ v @ (target - z @ zmean),
        }

    # the estimator splits the whitened column by days; exact would be to whiten the split column
    by_rows = lambda i, rows: np.where(rows, xw[:, i], 0)
    exact = lambda i, rows: np.where(rows, x[:, i], 0)
    step = by_rows(active_meter, day >= 2)
    xa = np.column_stack([xw, step])
    precision = np.diag(np.concatenate([1 / sd**2, [1 / slab**2]]))
    covariance = np.linalg.inv(xa.T @ xa + precision)
    coefficients = covariance @ (xa.T @ dw + precision @ np.concatenate([mean, [0]]))

    probe = sequence(count, 34)
    return {
        "columns": x.T @ probe,
        "priorSd": sd,
        "priorMean": mean,
        "balance": d @ probe,
        "coefficients": coefficients,
        "deviations": np.sqrt(np.diag(covariance)),
        "paths": [path(i, xw, by_rows, step, dw, np.eye(count)) for i in (7, active_meter)],
        "exactPaths": [path(i, x, exact, exact(active_meter, day >= 2), d, c) for i in (7, active_meter)],
    }


def ghost_load(seed, carry):
    count, training, k = 120, 90, 5
    features = np.array([sequence(count, 41 + j) for j in range(k)])
    features[4] = features[0] + 0.1 * features[4]
    noise = sequence(count, seed)
    rest = noise.copy()
    for t in range(1, count):
        rest[t] = noise[t] + carry * rest[t - 1]
    target = 0.3 + features.T @ np.array([0.5, -0.2, 0.1, 0, 0.4]) + 0.05 * rest
    missing = {100: [1], 101: [1, 2], 105: [1]}
    centre = features[:, :training].mean(axis=1)
    x = (features - centre[:, None]).T
    y = target - target[:training].mean()

    def model(present):
        head = x[:training][:, present]
        penalty = np.diag(np.sqrt(1e-5 * (head**2).sum(axis=0) + 1e-9))
        augmented = np.vstack([head, penalty])
        coefficients = np.linalg.lstsq(augmented, np.concatenate([y[:training], np.zeros(len(present))]), rcond=None)[0]
        squares = (y[:training] ** 2).sum() - coefficients @ (head.T @ y[:training])
        return coefficients, squares / (training - len(present) - 1)

    power, variance = np.zeros(count), np.zeros(count)
    for t in range(count):
        if t < training:
            power[t] = target[t]
            continue
        present = [j for j in range(k) if j not in missing.get(t, [])]
        coefficients, residual = model(present)
        power[t] = target[:training].mean() + coefficients @ x[t, present]
        variance[t] = residual * (1 + k / training)
    coefficients, residual = model(list(range(k)))
    rest = y[:training] - x[:training] @ coefficients
    rho = ((rest[1:] * rest[:-1]).sum() / (rest**2).sum())
    return {"seed": seed, "carry": carry, "power": power, "variance": variance, "rho": rho, "residualVariance": residual}


def drop_fit():
    rows, training, n = 200, 150, 4
    buses = np.array([230 + 2 * sequence(rows, 51 + k) for k in range(3)])
    currents = np.array([6 + 5 * sequence(rows, 61 + j) for j in range(n)])
    phase = [2, 0, 1, 0]
    resistance = np.array([[0.4, 0.1, 0.05, 0.1], [0.1, 0.3, 0.02, 0.2], [0.05, 0.02, 0.5, 0.03], [0.1, 0.2, 0.03, 0.35]])
    noise = np.array([0.05 * sequence(rows, 71 + j) for j in range(n)])
    channels = np.array([buses[phase[c]] - resistance[c] @ currents + 0.3 * (c - 1) + noise[c] for c in range(n)])
    level = (buses - buses.mean(axis=1, keepdims=True)).mean(axis=0)
    x = np.column_stack([currents.T, np.ones(rows), level])
    slopes, residual, rest = [], [], []
    for c in range(n):
        drop = buses[phase[c]] - channels[c]
        b = np.linalg.lstsq(x[:training], drop[:training], rcond=None)[0]
        slopes.append(b[:n])
        left = drop - x @ b
        residual.append(np.sqrt((left[:training] ** 2).mean()))
        rest.append(left[training:])
    return {"phase": phase, "slopes": np.array(slopes).ravel(), "residual": residual, "rest": rest}


reference = {
    "versions": {"numpy": np.__version__, "scipy": scipy.__version__},
    "smoothing": register_smoothing(),
    "noise": balance_noise(),
    "textbook": textbook(),
    "area": area_model(),
    "ghost": [ghost_load(49, 0), ghost_load(50, 0.6)],
    "drop": drop_fit(),
}
path = pathlib.Path(__file__).with_name("reference.json")
path.write_text(json.dumps(listed(reference)) + "\n")
