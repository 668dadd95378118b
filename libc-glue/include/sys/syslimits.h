/* SPDX-License-Identifier: MIT */
/* sys/syslimits.h: the limits of the system, those of Linux. */
#ifndef _SYS_SYSLIMITS_H_
#define _SYS_SYSLIMITS_H_

#define ARG_MAX			131072
#ifndef CHILD_MAX
#define CHILD_MAX		999
#endif
#define LINK_MAX		127
#define MAX_CANON		255
#define MAX_INPUT		255
#define NAME_MAX		255
#define NGROUPS_MAX		65536
#ifndef OPEN_MAX
#define OPEN_MAX		1024
#endif
#define PATH_MAX		4096
#define PIPE_BUF		4096
#define IOV_MAX			1024
#define SYMLOOP_MAX		40
#define HOST_NAME_MAX		64
#define LOGIN_NAME_MAX		256
#define TTY_NAME_MAX		32
#define RTSIG_MAX		32
#define NZERO			20
#define PAGESIZE		4096
#define PAGE_SIZE		PAGESIZE

#define BC_BASE_MAX		99
#define BC_DIM_MAX		2048
#define BC_SCALE_MAX		99
#define BC_STRING_MAX		1000
#define COLL_WEIGHTS_MAX	255
#define EXPR_NEST_MAX		32
#define LINE_MAX		2048
#define RE_DUP_MAX		255

#define _POSIX_ARG_MAX		4096
#define _POSIX_CHILD_MAX	25
#define _POSIX_HOST_NAME_MAX	255
#define _POSIX_LINK_MAX		8
#define _POSIX_LOGIN_NAME_MAX	9
#define _POSIX_NAME_MAX		14
#define _POSIX_OPEN_MAX		20
#define _POSIX_PATH_MAX		256
#define _POSIX_PIPE_BUF		512
#define _POSIX_SYMLOOP_MAX	8

#define SSIZE_MAX		0x7fffffff

#endif
