"""Writes mixtures.json: shares of mixtures and distributions of counts that other implementations give.

    apt-get install r-cran-mixsqp   (the solver of R ashr)
    pip install numpy scipy
    python make_mixtures.py && oxfmt mixtures.json

Unconstrained shares: R mixsqp on the matrix of likelihoods. With a given mean: scipy SLSQP. Counts: scipy hypergeom and
poisson_binom.
"""

import json
import pathlib
import subprocess
import tempfile

import numpy as np
import scipy
import scipy.optimize
import scipy.stats

rng = np.random.default_rng(20261129)
n = 60
se = np.round(rng.uniform(0.2, 1.5, n), 3)
truth = np.where(rng.random(n) < 0.85, rng.normal(0, 0.4, n), rng.normal(-2.5, 0.6, n))
x = np.round(truth + se * rng.normal(size=n), 3)
means = np.array([0, 0, 0, 0, -3, -2, -1, 1, 2, 3], float)
sds = np.array([0.1, 0.3, 0.9, 2.7, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5])
likelihood = scipy.stats.norm.pdf(x[:, None], means[None, :], np.sqrt(sds**2 + se[:, None] ** 2))
values = scipy.stats.norm.sf(2, means, sds) + scipy.stats.norm.cdf(-2, means, sds)


def mixsqp(matrix):
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "l.csv"
        np.savetxt(path, matrix, delimiter=",", fmt="%.17g")
        code = (
            f'library(mixsqp); L <- as.matrix(read.csv("{path}", header=FALSE)); '
            "f <- mixsqp(L, control=list(verbose=FALSE, eps=1e-12, convtol.sqp=1e-12)); "
            'cat(sprintf("%.15g", f$x), sep="\\n"); cat("\\n", as.character(packageVersion("mixsqp")))'
        )
        out = subprocess.run(["Rscript", "-e", code], check=True, capture_output=True, text=True).stdout.split()
    return np.array(out[:-1], float), out[-1]


def loglik(p):
    return float(np.sum(np.log(likelihood @ p)))


def constrained(mean):
    best = None
    for start in range(5):
        p0 = np.random.default_rng(start).dirichlet(np.ones(len(means)))
        found = scipy.optimize.minimize(
            lambda p: -np.sum(np.log(np.maximum(likelihood @ p, 1e-300))),
            p0,
            jac=lambda p: -likelihood.T @ (1 / np.maximum(likelihood @ p, 1e-300)),
            bounds=[(0, 1)] * len(means),
            constraints=[
                {"type": "eq", "fun": lambda p: p.sum() - 1, "jac": lambda p: np.ones(len(p))},
                {"type": "eq", "fun": lambda p: p @ values - mean, "jac": lambda p: values},
            ],
            method="SLSQP",
            options={"ftol": 1e-14, "maxiter": 2000},
        )
        if best is None or found.fun < best.fun:
            best = found
    return {"mean": mean, "log_likelihood": -best.fun}


shares, version = mixsqp(likelihood)
probabilities = [round(float(p), 3) for p in rng.uniform(0, 0.4, 12)]
hyper = [(500, 26, 59, 0), (500, 26, 59, 3), (500, 10, 60, 1), (60, 4, 30, 4), (20000, 1001, 93, 1)]
out = {
    "versions": {"mixsqp": version, "scipy": scipy.__version__, "numpy": np.__version__},
    "estimates": x.tolist(),
    "standard_errors": se.tolist(),
    "means": means.tolist(),
    "sds": sds.tolist(),
    "values": values.tolist(),
    "log_likelihood": loglik(shares),
    "share_beyond": float(shares @ values),
    "constrained": [constrained(m) for m in (0.03, 0.1, 0.2, 0.35)],
    "hypergeometric": [
        {
            "size": s, "marked": m, "drawn": d, "k": k,
            "pmf": float(scipy.stats.hypergeom.pmf(k, s, m, d)),
            "cdf": float(scipy.stats.hypergeom.cdf(k, s, m, d)),
        }
        for s, m, d, k in hyper
    ],
    "poisson_binomial": {
        "probabilities": probabilities,
        "pmf": [float(v) for v in scipy.stats.poisson_binom.pmf(np.arange(13), probabilities)],
    },
}
pathlib.Path(__file__).with_name("mixtures.json").write_text(json.dumps(out))
