/* SPDX-License-Identifier: MIT */
/* sys/ttydefaults.h: the characters a terminal starts with. */
#ifndef _SYS_TTYDEFAULTS_H
#define _SYS_TTYDEFAULTS_H

#define CTRL(x)		((x) & 037)
#define CEOF		CTRL('d')
#define CEOL		'\0'
#define CERASE		0177
#define CINTR		CTRL('c')
#define CKILL		CTRL('u')
#define CMIN		1
#define CTIME		0
#define CQUIT		034
#define CSUSP		CTRL('z')
#define CSTART		CTRL('q')
#define CSTOP		CTRL('s')
#define CREPRINT	CTRL('r')
#define CWERASE		CTRL('w')
#define CLNEXT		CTRL('v')
#define CDISCARD	CTRL('o')

#endif
