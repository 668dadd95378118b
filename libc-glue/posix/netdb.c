/* SPDX-License-Identifier: MIT */
/*
 * netdb.c: addresses from names and names from addresses.
 *
 * Knows numeric addresses, /etc/hosts and /etc/services; there is no resolver behind them. IPv4.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <limits.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SEPARATORS " \t\n"

/* Find the line of a file that has `word` among its words; its first or second word goes to buf. */
static int find_line(const char *file, const char *word, int wanted, char *buf, size_t len)
{
	char line[LINE_MAX], *words[32], *save;
	FILE *fp = fopen(file, "re");
	int found = 0, n;

	if (!fp)
		return 0;
	while (!found && fgets(line, sizeof(line), fp)) {
		line[strcspn(line, "#")] = '\0';
		n = 0;
		for (char *w = strtok_r(line, SEPARATORS, &save); w && n < 32;
		     w = strtok_r(NULL, SEPARATORS, &save))
			words[n++] = w;
		for (int i = 0; i < n && n > wanted; i++)
			if (!strcmp(words[i], word)) {
				snprintf(buf, len, "%s", words[wanted]);
				found = 1;
			}
	}
	fclose(fp);
	return found;
}

static int host_address(const char *host, const struct addrinfo *hints, struct in_addr *addr)
{
	char text[INET_ADDRSTRLEN];
	int flags = hints ? hints->ai_flags : 0;

	if (!host) {
		addr->s_addr = htonl(flags & AI_PASSIVE ? INADDR_ANY : INADDR_LOOPBACK);
		return 0;
	}
	if (inet_aton(host, addr))
		return 0;
	if (!(flags & AI_NUMERICHOST) && find_line("/etc/hosts", host, 0, text, sizeof(text)) &&
	    inet_aton(text, addr))
		return 0;
	return EAI_NONAME;
}

static int service_port(const char *service, in_port_t *port)
{
	char text[32], *end;

	*port = 0;
	if (!service)
		return 0;
	*port = htons(strtoul(service, &end, 10));
	if (*service && !*end)
		return 0;
	if (!find_line("/etc/services", service, 1, text, sizeof(text)))
		return EAI_NONAME;
	*port = htons(strtoul(text, NULL, 10));
	return 0;
}

int getaddrinfo(const char *host, const char *service, const struct addrinfo *hints,
		struct addrinfo **result)
{
	struct {
		struct addrinfo info;
		struct sockaddr_in addr;
	} *answer;
	int error;

	if (hints && hints->ai_family != AF_UNSPEC && hints->ai_family != AF_INET)
		return EAI_FAMILY;
	if (!host && !service)
		return EAI_NONAME;
	answer = calloc(1, sizeof(*answer));
	if (!answer)
		return EAI_MEMORY;
	error = host_address(host, hints, &answer->addr.sin_addr);
	if (!error)
		error = service_port(service, &answer->addr.sin_port);
	if (error) {
		free(answer);
		return error;
	}
	answer->addr.sin_family = answer->info.ai_family = AF_INET;
	answer->info.ai_socktype = hints && hints->ai_socktype ? hints->ai_socktype : SOCK_STREAM;
	answer->info.ai_protocol = hints ? hints->ai_protocol : 0;
	answer->info.ai_addrlen = sizeof(answer->addr);
	answer->info.ai_addr = (struct sockaddr *)&answer->addr;
	*result = &answer->info;
	return 0;
}

void freeaddrinfo(struct addrinfo *list)
{
	free(list);
}

static int put(char *buf, socklen_t len, const char *text)
{
	if (!buf || !len)
		return 0;
	return snprintf(buf, len, "%s", text) < (int)len ? 0 : EAI_MEMORY;
}

int getnameinfo(const struct sockaddr *addr, socklen_t len, char *host, socklen_t host_len,
		char *service, socklen_t service_len, int flags)
{
	const struct sockaddr_in *in = (const struct sockaddr_in *)addr;
	char text[LINE_MAX], name[LINE_MAX];
	int known, error;

	if (addr->sa_family != AF_INET || len < sizeof(*in))
		return EAI_FAMILY;
	inet_ntop(AF_INET, &in->sin_addr, text, sizeof(text));
	known = !(flags & NI_NUMERICHOST) && find_line("/etc/hosts", text, 1, name, sizeof(name));
	if (!known && (flags & NI_NAMEREQD))
		return EAI_NONAME;
	error = put(host, host_len, known ? name : text);
	if (error)
		return error;
	snprintf(text, sizeof(text), "%d", ntohs(in->sin_port));
	return put(service, service_len, text);
}

const char *gai_strerror(int error)
{
	switch (error) {
	case EAI_NONAME:
		return "Name or service not known";
	case EAI_FAMILY:
		return "Address family not supported";
	case EAI_MEMORY:
		return "Out of memory";
	}
	return "Name service error";
}
