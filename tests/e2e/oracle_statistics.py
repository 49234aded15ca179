"""A few statistics by their formulas, for tests to hold answers against."""

import math


def wilson(successes, trials):
    """The 95% score interval [Wilson 1927]."""
    z = 1.959963984540054
    p = successes / trials
    middle, scale = p + z * z / (2 * trials), 1 + z * z / trials
    half = z * math.sqrt(p * (1 - p) / trials + z * z / (4 * trials**2))
    return (middle - half) / scale, (middle + half) / scale


def two_proportions(a, n, b, m):
    """Two-sided p of the pooled z-test."""
    pooled = (a + b) / (n + m)
    if pooled in (0, 1):
        return 1.0
    z = (a / n - b / m) / math.sqrt(pooled * (1 - pooled) * (1 / n + 1 / m))
    return math.erfc(abs(z) / math.sqrt(2))


def benjamini_hochberg(p):
    """The step-up adjustment [Benjamini and Hochberg 1995]."""
    order = sorted(range(len(p)), key=lambda i: p[i], reverse=True)
    adjusted, least = [0.0] * len(p), 1.0
    for place, i in enumerate(order):
        least = min(least, p[i] * len(p) / (len(p) - place))
        adjusted[i] = least
    return adjusted
