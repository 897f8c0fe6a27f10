"""The normal's quantile function in compiled code, as `statistics.NormalDist` works it out.

Source: M. J. Wichura, Algorithm AS 241, Applied Statistics 37 (1988), 477-484: three quotients of
polynomials, for the middle, the tails, and what is beyond them. The last bits of a logarithm may be
another machine's.
"""

from __future__ import annotations

import math
from typing import Any

from lastchunk.model.kernel.base.compiling import in_machine_code, worked_in

MIDDLE, MIDDLE_SQUARED = 0.425, 0.180625
FAR, TAIL_BEGINS = 5.0, 1.6
_MIDDLE = (
    *(2.5090809287301226727e3, 3.3430575583588128105e4, 6.7265770927008700853e4),
    *(4.5921953931549871457e4, 1.3731693765509461125e4, 1.9715909503065514427e3),
    *(1.3314166789178437745e2, 3.3871328727963666080e0),
)
_UNDER_MIDDLE = (
    *(5.2264952788528545610e3, 2.8729085735721942674e4, 3.9307895800092710610e4),
    *(2.1213794301586595867e4, 5.3941960214247511077e3, 6.8718700749205790830e2),
    *(4.2313330701600911252e1, 1.0),
)
_TAIL = (
    *(7.74545014278341407640e-4, 2.27238449892691845833e-2, 2.41780725177450611770e-1),
    *(1.27045825245236838258e0, 3.64784832476320460504e0, 5.76949722146069140550e0),
    *(4.63033784615654529590e0, 1.42343711074968357734e0),
)
_UNDER_TAIL = (
    *(1.05075007164441684324e-9, 5.47593808499534494600e-4, 1.51986665636164571966e-2),
    *(1.48103976427480074590e-1, 6.89767334985100004550e-1, 1.67638483018380384940e0),
    *(2.05319162663775882187e0, 1.0),
)
_BEYOND = (
    *(2.01033439929228813265e-7, 2.71155556874348757815e-5, 1.24266094738807843860e-3),
    *(2.65321895265761230930e-2, 2.96560571828504891230e-1, 1.78482653991729133580e0),
    *(5.46378491116411436990e0, 6.65790464350110377720e0),
)
_UNDER_BEYOND = (
    *(2.04426310338993978564e-15, 1.42151175831644588870e-7, 1.84631831751005468180e-5),
    *(7.86869131145613259100e-4, 1.48753612908506148525e-2, 1.36929880922735805310e-1),
    *(5.99832206555887937690e-1, 1.0),
)


@worked_in
def _polynomial(r: Any, factors: Any) -> Any:
    a, b, c, d, e, f, g, h = factors
    return ((((((a * r + b) * r + c) * r + d) * r + e) * r + f) * r + g) * r + h


@in_machine_code
def normal_quantile(u: Any) -> Any:
    """The standard normal's quantile; ``u`` lies strictly between 0 and 1."""
    q = u - 0.5
    if abs(q) <= MIDDLE:
        r = MIDDLE_SQUARED - q * q
        return _polynomial(r, _MIDDLE) * q / _polynomial(r, _UNDER_MIDDLE)
    r = math.sqrt(-math.log(u if q <= 0.0 else 1.0 - u))
    if r <= FAR:
        r -= TAIL_BEGINS
        x = _polynomial(r, _TAIL) / _polynomial(r, _UNDER_TAIL)
    else:
        r -= FAR
        x = _polynomial(r, _BEYOND) / _polynomial(r, _UNDER_BEYOND)
    return -x if q < 0.0 else x
