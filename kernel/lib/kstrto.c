/* SPDX-License-Identifier: MIT */
/*
 * Numbers out of text. The simple_ forms take what they can and say where they stopped; the kstrto
 * forms want the whole string and report overflow.
 */
#include <quire/errno.h>
#include <quire/math64.h>
#include <quire/string.h>

static int digit_value(int c)
{
	if (isdigit(c))
		return c - '0';
	if (isalpha(c))
		return tolower(c) - 'a' + 10;
	return 99;
}

static const char *skip_base(const char *s, unsigned int *base)
{
	bool hex = s[0] == '0' && tolower((u8)s[1]) == 'x' && digit_value((u8)s[2]) < 16;

	if (*base == 0)
		*base = hex ? 16 : s[0] == '0' ? 8 : 10;
	return hex && *base == 16 ? s + 2 : s;
}

/* Digits from s on; *overflow tells whether the value was cut. */
static const char *scan(const char *s, unsigned int base, u64 *value, bool *overflow)
{
	u64 v = 0;

	*overflow = false;
	for (; digit_value((u8)*s) < (int)base; s++) {
		u64 high = mul_u32_u32((u32)(v >> 32), base);
		u64 low = mul_u32_u32((u32)v, base) + (u32)digit_value((u8)*s);

		if ((high + (low >> 32)) >> 32)
			*overflow = true;
		v = (high << 32) + low;
	}
	*value = v;
	return s;
}

u64 simple_strtoull(const char *s, const char **end, unsigned int base)
{
	bool overflow;
	u64 v;

	s = skip_base(s, &base);
	s = scan(s, base, &v, &overflow);
	if (end)
		*end = s;
	return v;
}

unsigned long simple_strtoul(const char *s, const char **end, unsigned int base)
{
	return (unsigned long)simple_strtoull(s, end, base);
}

long simple_strtol(const char *s, const char **end, unsigned int base)
{
	if (*s == '-')
		return -(long)simple_strtoul(s + 1, end, base);
	return (long)simple_strtoul(s, end, base);
}

int kstrtoull(const char *s, unsigned int base, u64 *res)
{
	const char *digits, *end;
	bool overflow;
	u64 v;

	if (*s == '+')
		s++;
	digits = skip_base(s, &base);
	end = scan(digits, base, &v, &overflow);
	if (end == digits)
		return -EINVAL;
	if (*end == '\n')
		end++;
	if (*end)
		return -EINVAL;
	if (overflow)
		return -ERANGE;
	*res = v;
	return 0;
}

/* A signed value within [-limit - 1, limit]. */
static int kstrtoll_within(const char *s, unsigned int base, u64 limit, s64 *res)
{
	bool neg = *s == '-';
	u64 v;
	int err;

	if (neg && s[1] == '+')
		return -EINVAL;
	err = kstrtoull(s + neg, base, &v);
	if (err)
		return err;
	if (v > limit + neg)
		return -ERANGE;
	*res = neg ? -(s64)v : (s64)v;
	return 0;
}

int kstrtoul(const char *s, unsigned int base, unsigned long *res)
{
	u64 v;
	int err = kstrtoull(s, base, &v);

	if (err)
		return err;
	if (v > ULONG_MAX)
		return -ERANGE;
	*res = (unsigned long)v;
	return 0;
}

int kstrtouint(const char *s, unsigned int base, unsigned int *res)
{
	u64 v;
	int err = kstrtoull(s, base, &v);

	if (err)
		return err;
	if (v > UINT_MAX)
		return -ERANGE;
	*res = (unsigned int)v;
	return 0;
}

int kstrtol(const char *s, unsigned int base, long *res)
{
	s64 v;
	int err = kstrtoll_within(s, base, LONG_MAX, &v);

	if (!err)
		*res = (long)v;
	return err;
}

int kstrtoint(const char *s, unsigned int base, int *res)
{
	s64 v;
	int err = kstrtoll_within(s, base, INT_MAX, &v);

	if (!err)
		*res = (int)v;
	return err;
}

u64 memparse(const char *s, const char **end)
{
	const char *p;
	u64 v = simple_strtoull(s, &p, 0);

	switch (tolower((u8)*p)) {
	case 'g':
		v <<= 10;
		__fallthrough;
	case 'm':
		v <<= 10;
		__fallthrough;
	case 'k':
		v <<= 10;
		p++;
		break;
	default:
		break;
	}
	if (end)
		*end = p;
	return v;
}
