"""Softmax regression over sparse rows, for building the search's model: scipy is a tool of the build alone."""

import numpy as np
import scipy.sparse as sparse
from numpy.typing import NDArray
from scipy.optimize import minimize

Floats = NDArray[np.float32]


def fit(
    rows: sparse.csr_array, targets: NDArray[np.intp], importance: Floats, offsets: Floats, penalty: float, steps: int
) -> tuple[Floats, Floats]:
    """Weights and bias that make each row's target likely, given `offsets` (one score for each class) on that row."""
    classes, width = offsets.shape[1], rows.shape[1]
    turned = rows.T.tocsr()
    each = np.arange(len(targets))
    importance = importance[:, None]

    def loss(flat: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        both = flat.reshape(width + 1, classes).astype(np.float32)
        scores = rows @ both[:-1] + both[-1] + offsets
        scores -= scores.max(axis=1, keepdims=True)
        raised = np.exp(scores)
        total = raised.sum(axis=1, keepdims=True)
        missed = float(((np.log(total[:, 0]) - scores[each, targets]) * importance[:, 0]).sum())
        slope = raised / total
        slope[each, targets] -= 1.0
        slope *= importance
        gradient = np.vstack([turned @ slope + penalty * both[:-1], slope.sum(axis=0, keepdims=True)])
        return missed + penalty / 2 * float((both[:-1] ** 2).sum()), gradient.ravel().astype(np.float64)

    start = np.zeros((width + 1) * classes)
    found = minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": steps, "maxcor": 6}).x
    both = found.reshape(width + 1, classes).astype(np.float32)
    return both[:-1], both[-1]
