/* SPDX-License-Identifier: MIT */
/*
 * Terminals as user space sees them: structures, flags and ioctl numbers of the Linux i386 ABI.
 */
#ifndef ABI_TERMIOS_H
#define ABI_TERMIOS_H

#include <quire/types.h>

#define NCCS	19
struct termios {
	u32 c_iflag, c_oflag, c_cflag, c_lflag;
	u8 c_line;
	u8 c_cc[NCCS];
};

struct termios2 {
	u32 c_iflag, c_oflag, c_cflag, c_lflag;
	u8 c_line;
	u8 c_cc[NCCS];
	u32 c_ispeed, c_ospeed;
};

#define NCC	8
struct termio {			/* System V's, still asked for by some */
	u16 c_iflag, c_oflag, c_cflag, c_lflag;
	u8 c_line;
	u8 c_cc[NCC];
};

struct winsize {
	u16 ws_row, ws_col, ws_xpixel, ws_ypixel;
};

/* c_cc */
#define VINTR		0
#define VQUIT		1
#define VERASE		2
#define VKILL		3
#define VEOF		4
#define VTIME		5
#define VMIN		6
#define VSWTC		7
#define VSTART		8
#define VSTOP		9
#define VSUSP		10
#define VEOL		11
#define VREPRINT	12
#define VDISCARD	13
#define VWERASE		14
#define VLNEXT		15
#define VEOL2		16
#define VDISABLED	0	/* a c_cc entry with this value does nothing */

/* c_iflag */
#define IGNBRK		0000001u
#define BRKINT		0000002u
#define IGNPAR		0000004u
#define PARMRK		0000010u
#define INPCK		0000020u
#define ISTRIP		0000040u
#define INLCR		0000100u
#define IGNCR		0000200u
#define ICRNL		0000400u
#define IUCLC		0001000u
#define IXON		0002000u
#define IXANY		0004000u
#define IXOFF		0010000u
#define IMAXBEL		0020000u
#define IUTF8		0040000u

/* c_oflag */
#define OPOST		0000001u
#define OLCUC		0000002u
#define ONLCR		0000004u
#define OCRNL		0000010u
#define ONOCR		0000020u
#define ONLRET		0000040u
#define TABDLY		0014000u
#define XTABS		0014000u

/* c_cflag */
#define CBAUD		0010017u
#define B0		0000000u
#define B9600		0000015u
#define B38400		0000017u
#define B57600		0010001u
#define B115200		0010002u
#define CSIZE		0000060u
#define CS8		0000060u
#define CSTOPB		0000100u
#define CREAD		0000200u
#define PARENB		0000400u
#define PARODD		0001000u
#define HUPCL		0002000u
#define CLOCAL		0004000u
#define CRTSCTS		020000000000u

/* c_lflag */
#define ISIG		0000001u
#define ICANON		0000002u
#define XCASE		0000004u
#define ECHO		0000010u
#define ECHOE		0000020u
#define ECHOK		0000040u
#define ECHONL		0000100u
#define NOFLSH		0000200u
#define TOSTOP		0000400u
#define ECHOCTL		0001000u
#define ECHOPRT		0002000u
#define ECHOKE		0004000u
#define FLUSHO		0010000u
#define PENDIN		0040000u
#define IEXTEN		0100000u

#define TCGETS		0x5401u
#define TCSETS		0x5402u
#define TCSETSW		0x5403u
#define TCSETSF		0x5404u
#define TCGETA		0x5405u
#define TCSETA		0x5406u
#define TCSETAW		0x5407u
#define TCSETAF		0x5408u
#define TCSBRK		0x5409u
#define TCXONC		0x540Au
#define TCFLSH		0x540Bu
#define TIOCEXCL	0x540Cu
#define TIOCNXCL	0x540Du
#define TIOCSCTTY	0x540Eu
#define TIOCGPGRP	0x540Fu
#define TIOCSPGRP	0x5410u
#define TIOCOUTQ	0x5411u
#define TIOCSTI		0x5412u
#define TIOCGWINSZ	0x5413u
#define TIOCSWINSZ	0x5414u
#define TIOCMGET	0x5415u
#define FIONREAD	0x541Bu
#define TIOCLINUX	0x541Cu
#define TIOCPKT		0x5420u
#define FIONBIO		0x5421u
#define TIOCNOTTY	0x5422u
#define TIOCSETD	0x5423u
#define TIOCGETD	0x5424u
#define TCSBRKP		0x5425u
#define TIOCGSID	0x5429u
#define TCGETS2		0x802C542Au
#define TCSETS2		0x402C542Bu
#define TCSETSW2	0x402C542Cu
#define TCSETSF2	0x402C542Du
#define TIOCGPTN	0x80045430u
#define TIOCSPTLCK	0x40045431u
#define TIOCGPTLCK	0x80045439u
#define KDGKBTYPE	0x4B33u
#define KB_101		2

#define TCIFLUSH	0
#define TCOFLUSH	1
#define TCIOFLUSH	2
#define TCOOFF		0
#define TCOON		1
#define TCIOFF		2
#define TCION		3

/* Packet mode: the first byte of what the master reads. */
#define TIOCPKT_DATA		0
#define TIOCPKT_FLUSHREAD	1
#define TIOCPKT_FLUSHWRITE	2
#define TIOCPKT_STOP		4
#define TIOCPKT_START		8
#define TIOCPKT_NOSTOP		16
#define TIOCPKT_DOSTOP		32

#endif
