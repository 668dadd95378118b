/* SPDX-License-Identifier: MIT */
/*
 * Memory and string functions, formatted output into buffers, numbers out of text. ISO C semantics
 * where the name is ISO C's. Nothing here sleeps, allocates or touches user memory.
 */
#ifndef QUIRE_STRING_H
#define QUIRE_STRING_H

#include <quire/compiler.h>
#include <quire/types.h>

#ifdef QUIRE_HOST
#include <stdio.h>
#include <string.h>
#else
void *memcpy(void *restrict dst, const void *restrict src, size_t n);
void *memmove(void *dst, const void *src, size_t n);
void *memset(void *dst, int c, size_t n);
int memcmp(const void *a, const void *b, size_t n);
void *memchr(const void *s, int c, size_t n);

size_t strlen(const char *s);
size_t strnlen(const char *s, size_t max);
int strcmp(const char *a, const char *b);
int strncmp(const char *a, const char *b, size_t n);
int strcasecmp(const char *a, const char *b);
char *strchr(const char *s, int c);
char *strrchr(const char *s, int c);
char *strstr(const char *s, const char *sub);
size_t strspn(const char *s, const char *accept);
size_t strcspn(const char *s, const char *reject);
char *strpbrk(const char *s, const char *accept);
char *strsep(char **s, const char *delim);

/*
 * %d %i %u %x %X %o %c %s %p %% with flags "-+ #0", width, precision (both may be *), lengths hh h
 * l ll z t. Both return what the whole text would take, as ISO C; scnprintf returns what is in the
 * buffer.
 */
__printf(3, 4) int snprintf(char *buf, size_t size, const char *fmt, ...);
int vsnprintf(char *buf, size_t size, const char *fmt, __builtin_va_list args);

#define memcpy(d, s, n)	__builtin_memcpy(d, s, n)
#define memset(d, c, n)	__builtin_memset(d, c, n)
#endif

__printf(3, 4) int scnprintf(char *buf, size_t size, const char *fmt, ...);
int vscnprintf(char *buf, size_t size, const char *fmt, __builtin_va_list args);

void *memset32(u32 *dst, u32 v, size_t count);
/* First byte of s[0..n) that is not c, or NULL: poison checks. */
void *memchr_inv(const void *s, int c, size_t n);

/* Copy with truncation; always terminated when size > 0. Return strlen(src) / the length of both. */
size_t strlcpy(char *dst, const char *src, size_t size);
size_t strlcat(char *dst, const char *src, size_t size);
bool strstarts(const char *s, const char *prefix);
/* First character of s that is not blank; strim also cuts blanks off the end, in place. */
char *skip_spaces(const char *s);
char *strim(char *s);
/* The next word of *s, cut off in place; *s moves on behind it. "" when there is none. */
char *cut_word(char **s);

/*
 * Numbers: base 0 takes 0x and 0 prefixes. simple_* stop at the first other character and store
 * where (end may be NULL). kstrto* want the whole string (one trailing newline allowed): 0, -EINVAL
 * or -ERANGE.
 */
u64 simple_strtoull(const char *s, const char **end, unsigned int base);
unsigned long simple_strtoul(const char *s, const char **end, unsigned int base);
long simple_strtol(const char *s, const char **end, unsigned int base);
int kstrtoull(const char *s, unsigned int base, u64 *res);
int kstrtoul(const char *s, unsigned int base, unsigned long *res);
int kstrtol(const char *s, unsigned int base, long *res);
int kstrtouint(const char *s, unsigned int base, unsigned int *res);
int kstrtoint(const char *s, unsigned int base, int *res);
/* A size with an optional K, M or G (powers of 1024). */
u64 memparse(const char *s, const char **end);

static inline bool isdigit(int c) { return c >= '0' && c <= '9'; }
static inline bool isupper(int c) { return c >= 'A' && c <= 'Z'; }
static inline bool islower(int c) { return c >= 'a' && c <= 'z'; }
static inline bool isalpha(int c) { return isupper(c) || islower(c); }
static inline bool isalnum(int c) { return isalpha(c) || isdigit(c); }
static inline bool isspace(int c) { return c == ' ' || (c >= '\t' && c <= '\r'); }
static inline bool isprint(int c) { return c >= ' ' && c < 0x7f; }
static inline int tolower(int c) { return isupper(c) ? c + ('a' - 'A') : c; }
static inline int toupper(int c) { return islower(c) ? c - ('a' - 'A') : c; }

#endif
