/* SPDX-License-Identifier: MIT */
/* arpa/inet.h: internet addresses as text. IPv4 only. */
#ifndef _ARPA_INET_H
#define _ARPA_INET_H

#include <netinet/in.h>

__BEGIN_DECLS
int inet_aton(const char *text, struct in_addr *addr);
in_addr_t inet_addr(const char *text);
char *inet_ntoa(struct in_addr addr);
const char *inet_ntop(int family, const void *addr, char *text, socklen_t len);
int inet_pton(int family, const char *text, void *addr);
__END_DECLS

#endif
