/* SPDX-License-Identifier: MIT */
/*
 * getsockopt and setsockopt: the options of level SOL_SOCKET, which are all there are.
 */
#include <abi/time.h>
#include <quire/kernel.h>
#include <quire/ktime.h>
#include <quire/sched.h>
#include <quire/string.h>
#include <quire/uaccess.h>

#include "net_internal.h"

/* ---- time-outs ---- */

static bool is_new_time(int name)
{
	return name == SO_RCVTIMEO_NEW || name == SO_SNDTIMEO_NEW;
}

static struct kernel_timespec ticks_to_timeval(long ticks)
{
	if (ticks == MAX_SCHEDULE_TIMEOUT)
		return (struct kernel_timespec){ .tv_sec = 0 };
	return (struct kernel_timespec){ .tv_sec = ticks / HZ,
					 .tv_nsec = ticks % HZ * (long)(USEC_PER_SEC / HZ) };
}

/* => bytes of the value */
static size_t time_value(long ticks, bool is_new, void *value)
{
	struct kernel_timespec tv = ticks_to_timeval(ticks);
	struct old_timeval32 old = { .tv_sec = (s32)tv.tv_sec, .tv_usec = (s32)tv.tv_nsec };

	if (is_new)
		memcpy(value, &tv, sizeof(tv));
	else
		memcpy(value, &old, sizeof(old));
	return is_new ? sizeof(tv) : sizeof(old);
}

/* => 0, -EINVAL, -EFAULT, -EDOM */
static int set_timeout(long *ticks, bool is_new, const void __user *value, int len)
{
	struct kernel_timespec tv;
	struct old_timeval32 old;

	if (len < (int)(is_new ? sizeof(tv) : sizeof(old)))
		return -EINVAL;
	if (is_new) {
		if (copy_from_user(&tv, value, sizeof(tv)))
			return -EFAULT;
	} else {
		if (copy_from_user(&old, value, sizeof(old)))
			return -EFAULT;
		tv = (struct kernel_timespec){ .tv_sec = old.tv_sec, .tv_nsec = old.tv_usec };
	}
	if (tv.tv_nsec < 0 || tv.tv_nsec >= (s64)USEC_PER_SEC)
		return -EDOM;
	if (tv.tv_sec < 0)
		*ticks = 0;
	else if ((!tv.tv_sec && !tv.tv_nsec) || tv.tv_sec >= MAX_SCHEDULE_TIMEOUT / HZ - 1)
		*ticks = MAX_SCHEDULE_TIMEOUT;
	else
		*ticks = (long)tv.tv_sec * HZ +
			 (long)DIV_ROUND_UP((unsigned long)tv.tv_nsec, USEC_PER_SEC / HZ);
	return 0;
}

/* ---- reading ---- */

static size_t int_value(int n, void *value)
{
	memcpy(value, &n, sizeof(n));
	return sizeof(n);
}

/* The value of an option. => its length, 0: no such option */
static size_t option_value(struct socket *sock, int name, void *value)
{
	switch (name) {
	case SO_DEBUG:
	case SO_REUSEADDR:
	case SO_DONTROUTE:
	case SO_BROADCAST:
	case SO_KEEPALIVE:
	case SO_PASSCRED:
		return int_value(sock_flag(sock, (unsigned int)name), value);
	case SO_TYPE:
		return int_value(sock->type, value);
	case SO_PROTOCOL:
		return int_value(sock->protocol, value);
	case SO_DOMAIN:
		return int_value(sock->ops->family, value);
	case SO_ERROR:
		return int_value(-sock_error(sock), value);
	case SO_SNDBUF:
		return int_value((int)sock->sndbuf, value);
	case SO_RCVBUF:
		return int_value((int)sock->rcvbuf, value);
	case SO_RCVLOWAT:
		return int_value(sock->rcvlowat, value);
	case SO_SNDLOWAT:
		return int_value(1, value);
	case SO_ACCEPTCONN:
		return int_value(sock->state == SOCKET_LISTENING, value);
	case SO_LINGER:
		memcpy(value, &sock->linger, sizeof(sock->linger));
		return sizeof(sock->linger);
	case SO_PEERCRED:
		memcpy(value, &sock->peercred, sizeof(sock->peercred));
		return sizeof(sock->peercred);
	case SO_RCVTIMEO:
	case SO_RCVTIMEO_NEW:
		return time_value(sock->rcvtimeo, is_new_time(name), value);
	case SO_SNDTIMEO:
	case SO_SNDTIMEO_NEW:
		return time_value(sock->sndtimeo, is_new_time(name), value);
	default:
		return 0;
	}
}

long sock_getsockopt(struct socket *sock, int level, int name, void __user *value, int __user *ulen)
{
	char kernel_value[sizeof(struct kernel_timespec)];
	size_t len;
	int room;

	if (level != SOL_SOCKET)
		return -EOPNOTSUPP;
	if (get_user(room, ulen))
		return -EFAULT;
	if (room < 0)
		return -EINVAL;
	len = option_value(sock, name, kernel_value);
	if (!len)
		return -ENOPROTOOPT;
	len = min(len, (size_t)room);
	if (copy_to_user(value, kernel_value, len))
		return -EFAULT;
	return put_user((int)len, ulen);
}

/* ---- writing ---- */

/* Twice what is asked for: half of it is for the kernel's own, as on Linux. */
static void set_buffer(unsigned int *buffer, int value, bool force, unsigned int least)
{
	unsigned int bytes = (unsigned int)max(value, 0);

	if (!force)
		bytes = min((unsigned int)value, (unsigned int)sock_wmem_max);
	bytes = min(bytes, (unsigned int)INT_MAX / 2);
	*buffer = max(bytes * 2, least);
}

static void set_flag(struct socket *sock, int name, int on)
{
	spin_lock(&sock->lock);
	if (on)
		sock->flags |= 1ul << name;
	else
		sock->flags &= ~(1ul << name);
	spin_unlock(&sock->lock);
}

static int set_linger(struct socket *sock, const void __user *value, int len)
{
	if (len < (int)sizeof(sock->linger))
		return -EINVAL;
	return copy_from_user(&sock->linger, value, sizeof(sock->linger)) ? -EFAULT : 0;
}

static int set_int_option(struct socket *sock, int name, int value)
{
	switch (name) {
	case SO_DEBUG:
		if (value && !capable())
			return -EACCES;
		__fallthrough;
	case SO_REUSEADDR:
	case SO_DONTROUTE:
	case SO_BROADCAST:
	case SO_KEEPALIVE:
	case SO_PASSCRED:
		set_flag(sock, name, value);
		return 0;
	case SO_SNDBUF:
	case SO_SNDBUFFORCE:
	case SO_RCVBUF:
	case SO_RCVBUFFORCE:
		if ((name == SO_SNDBUFFORCE || name == SO_RCVBUFFORCE) && !capable())
			return -EPERM;
		if (name == SO_SNDBUF || name == SO_SNDBUFFORCE)
			set_buffer(&sock->sndbuf, value, name == SO_SNDBUFFORCE, MIN_SNDBUF);
		else
			set_buffer(&sock->rcvbuf, value, name == SO_RCVBUFFORCE, MIN_RCVBUF);
		wake_up_all(&sock->space);
		return 0;
	case SO_RCVLOWAT:
		sock->rcvlowat = value < 0 ? INT_MAX : max(value, 1);
		return 0;
	default:
		return -ENOPROTOOPT;
	}
}

long sock_setsockopt(struct socket *sock, int level, int name, const void __user *value, int len)
{
	int n;

	if (level != SOL_SOCKET)
		return -EOPNOTSUPP;
	if (len < (int)sizeof(n))
		return -EINVAL;
	if (get_user(n, (const int __user *)value))
		return -EFAULT;
	switch (name) {
	case SO_LINGER:
		return set_linger(sock, value, len);
	case SO_RCVTIMEO:
	case SO_RCVTIMEO_NEW:
		return set_timeout(&sock->rcvtimeo, is_new_time(name), value, len);
	case SO_SNDTIMEO:
	case SO_SNDTIMEO_NEW:
		return set_timeout(&sock->sndtimeo, is_new_time(name), value, len);
	default:
		return set_int_option(sock, name, n);
	}
}
