/* SPDX-License-Identifier: MIT */
/* shadow.h: /etc/shadow's record; Quire keeps no shadow file, so no function reads one. */
#ifndef _SHADOW_H
#define _SHADOW_H

struct spwd {
	char *sp_namp;
	char *sp_pwdp;
	long sp_lstchg;
	long sp_min;
	long sp_max;
	long sp_warn;
	long sp_inact;
	long sp_expire;
	unsigned long sp_flag;
};

#endif
