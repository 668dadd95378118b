/* SPDX-License-Identifier: MIT */
/* inet.c: internet addresses as text. */
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

/* One to four numbers, decimal, octal or hexadecimal; the last one fills what is left. */
int inet_aton(const char *text, struct in_addr *addr)
{
	unsigned long part[4], max = 0xffffffff, value;
	int count = 0;
	char *end;

	for (;;) {
		if (*text < '0' || *text > '9' || count == 4)
			return 0;
		part[count++] = strtoul(text, &end, 0);
		if (*end != '.')
			break;
		text = end + 1;
	}
	if (*end && !strchr(" \t\n", *end))
		return 0;
	value = part[count - 1];
	for (int i = 0; i < count - 1; i++) {
		if (part[i] > 255)
			return 0;
		value |= part[i] << (24 - 8 * i);
		max >>= 8;
	}
	if (part[count - 1] > max)
		return 0;
	addr->s_addr = htonl(value);
	return 1;
}

in_addr_t inet_addr(const char *text)
{
	struct in_addr addr;

	return inet_aton(text, &addr) ? addr.s_addr : INADDR_NONE;
}

char *inet_ntoa(struct in_addr addr)
{
	static char text[INET_ADDRSTRLEN];

	return (char *)inet_ntop(AF_INET, &addr, text, sizeof(text));
}

const char *inet_ntop(int family, const void *addr, char *text, socklen_t len)
{
	const unsigned char *b = addr;

	if (family != AF_INET) {
		errno = EAFNOSUPPORT;
		return NULL;
	}
	if (snprintf(text, len, "%d.%d.%d.%d", b[0], b[1], b[2], b[3]) < (int)len)
		return text;
	errno = ENOSPC;
	return NULL;
}

int inet_pton(int family, const char *text, void *addr)
{
	unsigned int b[4];
	char rest;

	if (family != AF_INET) {
		errno = EAFNOSUPPORT;
		return -1;
	}
	if (sscanf(text, "%3u.%3u.%3u.%3u%c", &b[0], &b[1], &b[2], &b[3], &rest) != 4)
		return 0;
	for (int i = 0; i < 4; i++) {
		if (b[i] > 255)
			return 0;
		((unsigned char *)addr)[i] = b[i];
	}
	return 1;
}
