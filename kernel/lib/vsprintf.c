/* SPDX-License-Identifier: MIT */
/*
 * Formatted output into a buffer. One pass over the format; each directive is parsed into a struct
 * spec and put out by one function. What does not fit is counted but not stored; the result is
 * always terminated (size > 0).
 */
#include <quire/math64.h>
#include <quire/string.h>

struct out {
	char *buf;
	size_t size;
	size_t len;		/* characters wanted so far, stored or not */
};

struct spec {
	bool left, plus, space, alt, zero;
	int width;
	int precision;		/* -1: none given */
	int length;		/* -2 hh, -1 h, 0 int, 1 l z t, 2 ll */
};

#define NUMBER_MAX	24	/* digits of 2^64 in octal, and room */

static void put(struct out *o, char c)
{
	if (o->len + 1 < o->size)
		o->buf[o->len] = c;
	o->len++;
}

static void pad(struct out *o, char c, int n)
{
	while (n-- > 0)
		put(o, c);
}

static void put_string(struct out *o, const struct spec *sp, const char *s)
{
	size_t len;

	if (!s)
		s = "(null)";
	len = sp->precision >= 0 ? strnlen(s, (size_t)sp->precision) : strlen(s);
	if (!sp->left)
		pad(o, ' ', sp->width - (int)len);
	for (size_t i = 0; i < len; i++)
		put(o, s[i]);
	if (sp->left)
		pad(o, ' ', sp->width - (int)len);
}

static void put_number(struct out *o, const struct spec *sp, u64 v, const char *prefix,
		       unsigned int base, bool upper)
{
	const char *digits = upper ? "0123456789ABCDEF" : "0123456789abcdef";
	char rev[NUMBER_MAX];
	int n = 0, zeros, total;

	while (v) {
		u32 digit;

		v = div_u64_rem(v, base, &digit);
		rev[n++] = digits[digit];
	}
	if (n == 0 && sp->precision != 0)
		rev[n++] = '0';
	zeros = sp->precision > n ? sp->precision - n : 0;
	total = (int)strlen(prefix) + zeros + n;
	if (sp->zero && !sp->left && sp->precision < 0 && sp->width > total) {
		zeros += sp->width - total;
		total = sp->width;
	}
	if (!sp->left)
		pad(o, ' ', sp->width - total);
	while (*prefix)
		put(o, *prefix++);
	pad(o, '0', zeros);
	while (n)
		put(o, rev[--n]);
	if (sp->left)
		pad(o, ' ', sp->width - total);
}

static const char *parse_int(const char *fmt, int *value)
{
	int v = 0;

	while (isdigit((u8)*fmt))
		v = v * 10 + (*fmt++ - '0');
	*value = v;
	return fmt;
}

static const char *parse_flags(const char *fmt, struct spec *sp)
{
	for (;; fmt++) {
		switch (*fmt) {
		case '-':
			sp->left = true;
			break;
		case '+':
			sp->plus = true;
			break;
		case ' ':
			sp->space = true;
			break;
		case '#':
			sp->alt = true;
			break;
		case '0':
			sp->zero = true;
			break;
		default:
			return fmt;
		}
	}
}

static const char *parse_length(const char *fmt, struct spec *sp)
{
	switch (*fmt) {
	case 'h':
		sp->length = fmt[1] == 'h' ? -2 : -1;
		return fmt + -sp->length;
	case 'l':
		sp->length = fmt[1] == 'l' ? 2 : 1;
		return fmt + sp->length;
	case 'z':
	case 't':
		sp->length = 1;
		return fmt + 1;
	case 'j':
		sp->length = 2;
		return fmt + 1;
	default:
		return fmt;
	}
}

/* va_list is passed by pointer in a struct, so that callees can advance it on every ABI. */
struct args {
	__builtin_va_list ap;
};

static const char *parse_spec(const char *fmt, struct spec *sp, struct args *a)
{
	*sp = (struct spec){ .precision = -1 };
	fmt = parse_flags(fmt, sp);
	if (*fmt == '*') {
		sp->width = __builtin_va_arg(a->ap, int);
		fmt++;
		if (sp->width < 0) {
			sp->left = true;
			sp->width = -sp->width;
		}
	} else {
		fmt = parse_int(fmt, &sp->width);
	}
	if (*fmt == '.') {
		fmt++;
		if (*fmt == '*') {
			sp->precision = __builtin_va_arg(a->ap, int);
			fmt++;
		} else {
			fmt = parse_int(fmt, &sp->precision);
		}
	}
	return parse_length(fmt, sp);
}

static void put_signed(struct out *o, const struct spec *sp, struct args *a)
{
	s64 v;

	if (sp->length == 2)
		v = __builtin_va_arg(a->ap, s64);
	else if (sp->length == 1)
		v = __builtin_va_arg(a->ap, long);
	else
		v = __builtin_va_arg(a->ap, int);
	if (sp->length == -1)
		v = (s16)v;
	else if (sp->length == -2)
		v = (s8)v;
	put_number(o, sp, v < 0 ? 0 - (u64)v : (u64)v,
		   v < 0 ? "-" : sp->plus ? "+" : sp->space ? " " : "", 10, false);
}

static void put_unsigned(struct out *o, const struct spec *sp, struct args *a, char conv)
{
	unsigned int base = conv == 'u' ? 10 : conv == 'o' ? 8 : 16;
	const char *prefix = "";
	u64 v;

	if (sp->length == 2)
		v = __builtin_va_arg(a->ap, u64);
	else if (sp->length == 1)
		v = __builtin_va_arg(a->ap, unsigned long);
	else
		v = __builtin_va_arg(a->ap, unsigned int);
	if (sp->length == -1)
		v = (u16)v;
	else if (sp->length == -2)
		v = (u8)v;
	if (sp->alt && v)
		prefix = conv == 'x' ? "0x" : conv == 'X' ? "0X" : conv == 'o' ? "0" : "";
	put_number(o, sp, v, prefix, base, conv == 'X');
}

static void put_pointer(struct out *o, struct spec *sp, struct args *a)
{
	sp->precision = 2 * (int)sizeof(void *);
	put_number(o, sp, (unsigned long)__builtin_va_arg(a->ap, void *), "", 16, false);
}

static void put_conversion(struct out *o, struct spec *sp, struct args *a, char conv)
{
	switch (conv) {
	case 'd':
	case 'i':
		put_signed(o, sp, a);
		break;
	case 'u':
	case 'x':
	case 'X':
	case 'o':
		put_unsigned(o, sp, a, conv);
		break;
	case 'c':
		if (!sp->left)
			pad(o, ' ', sp->width - 1);
		put(o, (char)__builtin_va_arg(a->ap, int));
		if (sp->left)
			pad(o, ' ', sp->width - 1);
		break;
	case 's':
		put_string(o, sp, __builtin_va_arg(a->ap, const char *));
		break;
	case 'p':
		put_pointer(o, sp, a);
		break;
	default:
		put(o, '%');
		if (conv != '%')
			put(o, conv);
		break;
	}
}

int vsnprintf(char *buf, size_t size, const char *fmt, __builtin_va_list args)
{
	struct out o = { .buf = buf, .size = size };
	struct args a;

	__builtin_va_copy(a.ap, args);
	while (*fmt) {
		struct spec sp;

		if (*fmt != '%') {
			put(&o, *fmt++);
			continue;
		}
		fmt = parse_spec(fmt + 1, &sp, &a);
		if (!*fmt)
			break;
		put_conversion(&o, &sp, &a, *fmt++);
	}
	__builtin_va_end(a.ap);
	if (size)
		buf[o.len < size ? o.len : size - 1] = '\0';
	return (int)o.len;
}

int snprintf(char *buf, size_t size, const char *fmt, ...)
{
	__builtin_va_list args;
	int n;

	__builtin_va_start(args, fmt);
	n = vsnprintf(buf, size, fmt, args);
	__builtin_va_end(args);
	return n;
}

int vscnprintf(char *buf, size_t size, const char *fmt, __builtin_va_list args)
{
	int n = vsnprintf(buf, size, fmt, args);

	return n < (int)size ? n : size ? (int)size - 1 : 0;
}

int scnprintf(char *buf, size_t size, const char *fmt, ...)
{
	__builtin_va_list args;
	int n;

	__builtin_va_start(args, fmt);
	n = vscnprintf(buf, size, fmt, args);
	__builtin_va_end(args);
	return n;
}
