/* SPDX-License-Identifier: MIT */
/*
 * The rarer 64-bit arithmetic: division by 64 bits, scaling through 96 bits, square roots.
 */
#include <quire/bitops.h>
#include <quire/math64.h>

/* Long division, one bit a step; only for divisors that need more than 32 bits. */
u64 div64_u64_rem(u64 n, u64 d, u64 *rem)
{
	u64 q = 0, r = 0;

	if (!(d >> 32)) {
		u32 r32;

		q = div_u64_rem(n, (u32)d, &r32);
		*rem = r32;
		return q;
	}
	for (int bit = 63; bit >= 0; bit--) {
		bool carry = r >> 63;

		r = r << 1 | (n >> bit & 1);
		if (carry || r >= d) {
			r -= d;
			q |= 1ull << bit;
		}
	}
	*rem = r;
	return q;
}

u64 div64_u64(u64 n, u64 d)
{
	u64 rem;

	return div64_u64_rem(n, d, &rem);
}

u64 mul_div_u64(u64 a, u32 b, u32 c)
{
	u64 low = mul_u32_u32((u32)a, b);
	u64 high = mul_u32_u32((u32)(a >> 32), b) + (low >> 32);
	u32 rem;
	u64 qhigh = div_u64_rem(high, c, &rem);

	return (qhigh << 32) + div_u64((u64)rem << 32 | (u32)low, c);
}

u32 int_sqrt(u32 x)
{
	u32 root = 0;

	for (u32 bit = 1u << 30; bit; bit >>= 2) {
		if (x >= root + bit) {
			x -= root + bit;
			root = (root >> 1) + bit;
		} else {
			root >>= 1;
		}
	}
	return root;
}
