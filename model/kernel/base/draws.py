"""The draws of `Streams` in compiled code, bit for bit: a session's key, and BLAKE2b of a name.

A draw is the keyed hash of its name (`model/base/streams.py`). The key fills the first block and is
hashed once a session; a name fills one more block. The key is what numpy's `SeedSequence` makes of
seed and session, by the same arithmetic on words of 32 bits.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from lastchunk.model.kernel.base.compiling import called_inside, worked_in

SESSIONS_END = 2**32
"""A session's number is one word of the sequence."""
_SCALE = 2.0**-52
_IV = (
    *(np.uint64(0x6A09E667F3BCC908), np.uint64(0xBB67AE8584CAA73B)),
    *(np.uint64(0x3C6EF372FE94F82B), np.uint64(0xA54FF53A5F1D36F1)),
    *(np.uint64(0x510E527FADE682D1), np.uint64(0x9B05688C2B3E6C1F)),
    *(np.uint64(0x1F83D9ABFB41BD6B), np.uint64(0x5BE0CD19137E2179)),
)
_KEYED = np.uint64(0x01010000 ^ (16 << 8) ^ 8)  # a key of 16 bytes, a digest of 8
_BLOCK = np.uint64(128)
SHORT_NAME = 32
"""Most names fill no more than four words of their block."""
_ZERO, _ALL_ONES = np.uint64(0), np.uint64(0xFFFFFFFFFFFFFFFF)
_INIT_A, _MULT_A = np.uint32(0x43B0D7E5), np.uint32(0x931E8875)
_INIT_B, _MULT_B = np.uint32(0x8B51F9DD), np.uint32(0x58F38DED)
_MIX_LEFT, _MIX_RIGHT = np.uint32(0xCA01F9DD), np.uint32(0x4973F715)
_HALF = np.uint32(16)


def seed_words(seed: int) -> npt.NDArray[np.uint32]:
    """A seed as the sequence takes it: at least four words, the lowest first."""
    words = []
    while seed:
        words.append(seed & 0xFFFFFFFF)
        seed >>= 32
    return np.array(words + [0] * (4 - len(words)), np.uint32)


@worked_in
def _turned(word: Any, bits: Any) -> Any:
    return (word >> np.uint64(bits)) | (word << np.uint64(64 - bits))


@worked_in
def _quarter(a: Any, b: Any, c: Any, d: Any, one: Any, two: Any) -> Any:
    a = a + b + one
    d = _turned(d ^ a, 32)
    c = c + d
    b = _turned(b ^ c, 24)
    a = a + b + two
    d = _turned(d ^ a, 16)
    c = c + d
    b = _turned(b ^ c, 63)
    return a, b, c, d


@worked_in
def _round(v: Any, *m: Any) -> Any:
    """A round; the words come in the order in which it takes them."""
    v0, v1, v2, v3, v4, v5, v6, v7, v8, v9, va, vb, vc, vd, ve, vf = v
    v0, v4, v8, vc = _quarter(v0, v4, v8, vc, m[0], m[1])
    v1, v5, v9, vd = _quarter(v1, v5, v9, vd, m[2], m[3])
    v2, v6, va, ve = _quarter(v2, v6, va, ve, m[4], m[5])
    v3, v7, vb, vf = _quarter(v3, v7, vb, vf, m[6], m[7])
    v0, v5, va, vf = _quarter(v0, v5, va, vf, m[8], m[9])
    v1, v6, vb, vc = _quarter(v1, v6, vb, vc, m[10], m[11])
    v2, v7, v8, vd = _quarter(v2, v7, v8, vd, m[12], m[13])
    v3, v4, v9, ve = _quarter(v3, v4, v9, ve, m[14], m[15])
    return v0, v1, v2, v3, v4, v5, v6, v7, v8, v9, va, vb, vc, vd, ve, vf


@called_inside
def _compressed(h: Any, words: Any, told: Any, last: Any) -> Any:
    """One block of BLAKE2b."""
    m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, ma, mb, mc, md, me, mf = words
    i0, i1, i2, i3, i4, i5, i6, i7 = _IV
    v = (*h, i0, i1, i2, i3, i4 ^ told, i5, i6 ^ last, i7)
    v = _round(v, m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, ma, mb, mc, md, me, mf)
    v = _round(v, me, ma, m4, m8, m9, mf, md, m6, m1, mc, m0, m2, mb, m7, m5, m3)
    v = _round(v, mb, m8, mc, m0, m5, m2, mf, md, ma, me, m3, m6, m7, m1, m9, m4)
    v = _round(v, m7, m9, m3, m1, md, mc, mb, me, m2, m6, m5, ma, m4, m0, mf, m8)
    v = _round(v, m9, m0, m5, m7, m2, m4, ma, mf, me, m1, mb, mc, m6, m8, m3, md)
    v = _round(v, m2, mc, m6, ma, m0, mb, m8, m3, m4, md, m7, m5, mf, me, m1, m9)
    v = _round(v, mc, m5, m1, mf, me, md, m4, ma, m0, m7, m6, m3, m9, m2, m8, mb)
    v = _round(v, md, mb, m7, me, mc, m1, m3, m9, m5, m0, mf, m4, m8, m6, m2, ma)
    v = _round(v, m6, mf, me, m9, mb, m3, m0, m8, mc, m2, md, m7, m1, m4, ma, m5)
    v = _round(v, ma, m2, m8, m4, m7, m6, m1, m5, mf, mb, m9, me, m3, mc, md, m0)
    v = _round(v, m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, ma, mb, mc, md, me, mf)
    v = _round(v, me, ma, m4, m8, m9, mf, md, m6, m1, mc, m0, m2, mb, m7, m5, m3)
    return (
        *(h[0] ^ v[0] ^ v[8], h[1] ^ v[1] ^ v[9], h[2] ^ v[2] ^ v[10], h[3] ^ v[3] ^ v[11]),
        *(h[4] ^ v[4] ^ v[12], h[5] ^ v[5] ^ v[13], h[6] ^ v[6] ^ v[14], h[7] ^ v[7] ^ v[15]),
    )


@worked_in
def _eight(block: Any, at: Any) -> Any:
    return (
        *(block[at], block[at + 1], block[at + 2], block[at + 3]),
        *(block[at + 4], block[at + 5], block[at + 6], block[at + 7]),
    )


@called_inside
def _hashed(word: Any, factor: Any, times: Any) -> Any:
    """A word in the sequence's hash, and the next factor."""
    word = word ^ factor
    factor = np.uint32(factor * times)
    word = np.uint32(word * factor)
    return np.uint32(word ^ (word >> _HALF)), factor


@called_inside
def _joined(one: Any, two: Any) -> Any:
    word = np.uint32(np.uint32(_MIX_LEFT * one) - np.uint32(_MIX_RIGHT * two))
    return np.uint32(word ^ (word >> _HALF))


@called_inside
def session_hash(seed: Any, session: Any, block: Any) -> Any:
    """What all draws of a session begin with. ``seed`` is in words; ``block`` is room to work."""
    pool = np.empty(4, np.uint32)
    factor = _INIT_A
    for at in range(4):
        pool[at], factor = _hashed(seed[at], factor, _MULT_A)
    for source in range(4):
        for target in range(4):
            if source != target:
                word, factor = _hashed(pool[source], factor, _MULT_A)
                pool[target] = _joined(pool[target], word)
    for source in range(4, len(seed) + 1):
        more = np.uint32(session) if source == len(seed) else seed[source]
        for target in range(4):
            word, factor = _hashed(more, factor, _MULT_A)
            pool[target] = _joined(pool[target], word)
    factor = _INIT_B
    for at in range(4):
        pool[at], factor = _hashed(pool[at], factor, _MULT_B)
    for at in range(len(block)):
        block[at] = _ZERO
    block[0] = np.uint64(pool[0]) | (np.uint64(pool[1]) << np.uint64(32))
    block[1] = np.uint64(pool[2]) | (np.uint64(pool[3]) << np.uint64(32))
    i0, i1, i2, i3, i4, i5, i6, i7 = _IV
    words = (*_eight(block, 0), *_eight(block, 8))
    return _compressed((i0 ^ _KEYED, i1, i2, i3, i4, i5, i6, i7), words, _BLOCK, _ZERO)


@called_inside
def uniform(begun: Any, blocks: Any, at: Any, length: Any) -> Any:
    """A number strictly between 0 and 1, as `Streams.uniform` gives it; the name is the block that
    begins at a place."""
    told = _BLOCK + np.uint64(length)
    if length <= SHORT_NAME:  # the rest is known to be nothing, and is not worked in
        first = (
            *(blocks[at], blocks[at + 1], blocks[at + 2], blocks[at + 3]),
            *(_ZERO, _ZERO, _ZERO, _ZERO),
        )
        nothing = (_ZERO, _ZERO, _ZERO, _ZERO, _ZERO, _ZERO, _ZERO, _ZERO)
        word = _compressed(begun, (*first, *nothing), told, _ALL_ONES)[0]
    else:
        word = _compressed(begun, (*_eight(blocks, at), *_eight(blocks, at + 8)), told, _ALL_ONES)[
            0
        ]
    return (np.float64(word >> np.uint64(12)) + 0.5) * _SCALE
