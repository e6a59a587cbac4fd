"""Reference values of the baseline estimators, by scikit-learn and numpy.

    python3 -m venv v && v/bin/pip install numpy scikit-learn && v/bin/python make_baselines.py > baselines.json
"""

import json

import numpy as np
from sklearn.linear_model import Lasso

rng = np.random.default_rng(20261127)
count, n = 60, 4
loads = np.round(rng.gamma(0.8, 0.3, (count, n)), 3)
total = loads.sum(axis=1)
columns = np.column_stack([-loads, total**2 / total.mean(), np.ones(count)])
true = np.array([0.05, 0, -0.04, 0, 0.02, 0.01])
y = np.round(columns @ true + 0.01 * rng.standard_normal(count), 6)

# The lasso leaves loss and constant free: they are projected away, which changes nothing (Frisch and Waugh).
free = columns[:, n:]
project = np.eye(count) - free @ np.linalg.pinv(free)
penalties = [0.002, 0.01, 0.05]
lasso = []
for penalty in penalties:
    # scikit-learn minimises ||y - Xb||^2 / (2 count) + alpha * sum |b|
    model = Lasso(alpha=penalty / count, fit_intercept=False, tol=1e-14, max_iter=1_000_000)
    model.fit(project @ columns[:, :n], project @ y)
    lasso.append(model.coef_.tolist())

# Cross-validation in contiguous fifths over 25 penalties from the least that empties the model to 1e-4 of it.
def reduced(x, target):
    f = x[:, n:]
    b = np.linalg.lstsq(f, np.column_stack([x[:, :n], target]), rcond=None)[0]
    rest = np.column_stack([x[:, :n], target]) - f @ b
    return rest[:, :n], rest[:, n], b

whole_x, whole_y, _ = reduced(columns, y)
largest = np.max(np.abs(whole_x.T @ whole_y))
path = largest * 1e-4 ** (np.arange(25) / 24)
losses = np.zeros(25)
for k in range(5):
    test = np.arange(k * count // 5, (k + 1) * count // 5)
    train = np.setdiff1d(np.arange(count), test)
    x, t, b = reduced(columns[train], y[train])
    for index, penalty in enumerate(path):
        model = Lasso(alpha=penalty / count, fit_intercept=False, tol=1e-14, max_iter=1_000_000)
        model.fit(x, t)
        rest = b[:, n] - b[:, :n] @ model.coef_
        predicted = columns[test] @ np.concatenate([model.coef_, rest])
        losses[index] += np.sum((y[test] - predicted) ** 2)
best = path[int(np.argmin(losses))]
model = Lasso(alpha=best / count, fit_intercept=False, tol=1e-14, max_iter=1_000_000)
model.fit(whole_x, whole_y)

# Recursive least squares with a factor per coefficient in information form: P^-1 <- D^-1 P^-1 D^-1 + x x'.
factors = np.array([0.999] * n + [0.95, 0.95])
information = np.eye(n + 2)
b = np.zeros(n + 2)
for x, target in zip(columns, y):
    forget = np.sqrt(factors)
    information = information * np.outer(forget, forget) + np.outer(x, x)
    b = b + np.linalg.solve(information, x * (target - x @ b))

print(
    json.dumps(
        {
            "n": n,
            "columns": columns.T.tolist(),
            "y": y.tolist(),
            "penalties": penalties,
            "lasso": lasso,
            "crossValidated": model.coef_.tolist(),
            "factors": factors.tolist(),
            "recursive": b.tolist(),
        }
    )
)
