/* SPDX-License-Identifier: MIT */
/* netdb.h: names of hosts and services, from /etc/hosts and /etc/services. IPv4, no resolver. */
#ifndef _NETDB_H
#define _NETDB_H

#include <netinet/in.h>

/*
 * The older calls, declared for programs that mention them: they are not there, and a program that
 * really needs one does not link.
 */
struct hostent {
	char *h_name;
	char **h_aliases;
	int h_addrtype;
	int h_length;
	char **h_addr_list;
};
#define h_addr h_addr_list[0]

struct servent {
	char *s_name;
	char **s_aliases;
	int s_port;
	char *s_proto;
};

extern int h_errno;
struct hostent *gethostbyname(const char *name);
struct hostent *gethostbyaddr(const void *addr, socklen_t len, int family);
struct servent *getservbyname(const char *name, const char *proto);
struct servent *getservbyport(int port, const char *proto);
const char *hstrerror(int error);

struct addrinfo {
	int ai_flags;
	int ai_family;
	int ai_socktype;
	int ai_protocol;
	socklen_t ai_addrlen;
	struct sockaddr *ai_addr;
	char *ai_canonname;
	struct addrinfo *ai_next;
};

#define AI_PASSIVE	0x01
#define AI_CANONNAME	0x02
#define AI_NUMERICHOST	0x04
#define NI_NUMERICHOST	1
#define NI_NUMERICSERV	2
#define NI_NAMEREQD	8
#define NI_DGRAM	16
#define EAI_BADFLAGS	(-1)
#define EAI_NONAME	(-2)
#define EAI_AGAIN	(-3)
#define EAI_FAIL	(-4)
#define EAI_FAMILY	(-6)
#define EAI_MEMORY	(-10)

__BEGIN_DECLS
int getaddrinfo(const char *host, const char *service, const struct addrinfo *hints,
		struct addrinfo **result);
void freeaddrinfo(struct addrinfo *list);
int getnameinfo(const struct sockaddr *addr, socklen_t len, char *host, socklen_t host_len,
		char *service, socklen_t service_len, int flags);
const char *gai_strerror(int error);
__END_DECLS

#endif
