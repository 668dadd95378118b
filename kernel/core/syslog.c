/* SPDX-License-Identifier: MIT */
/*
 * syslog(2), which the C library calls klogctl: user space reads the log ring.
 */
#include <quire/errno.h>
#include <quire/kernel.h>
#include <quire/mutex.h>
#include <quire/printk.h>
#include <quire/sched.h>
#include <quire/slab.h>
#include <quire/syscalls.h>
#include <quire/uaccess.h>

enum syslog_action {
	ACTION_CLOSE, ACTION_OPEN, ACTION_READ, ACTION_READ_ALL, ACTION_READ_CLEAR, ACTION_CLEAR,
	ACTION_CONSOLE_OFF, ACTION_CONSOLE_ON, ACTION_CONSOLE_LEVEL, ACTION_SIZE_UNREAD, ACTION_SIZE_BUFFER
};

#define MIN_CONSOLE_LEVEL 1
#define MAX_CONSOLE_LEVEL 8
#define CHUNK 512u	/* bytes copied at a time */

static DEFINE_MUTEX(reader_mutex);	/* read_pos: one reader at a time empties the ring */
static u64 read_pos;
static DECLARE_WAIT_QUEUE_HEAD(log_wait);

static void wake_readers(void)
{
	wake_up_interruptible(&log_wait);
}

/* From *pos to the end, at most len bytes.  => bytes, -EFAULT */
static long copy_log(char __user *buf, size_t len, u64 *pos)
{
	char chunk[CHUNK];
	size_t done = 0, n;

	while (done < len) {
		n = log_read(chunk, min(len - done, (size_t)CHUNK), pos);
		if (!n)
			break;
		if (copy_to_user(buf + done, chunk, n))
			return -EFAULT;
		done += n;
	}
	return (long)done;
}

/* Waits for something new, takes it. */
static long read_new(char __user *buf, size_t len)
{
	long ret;

	log_wake_hook = wake_readers;
	ret = wait_event_interruptible(log_wait, READ_ONCE(read_pos) != log_end());
	if (ret)
		return ret;
	mutex_lock(&reader_mutex);
	ret = copy_log(buf, len, &read_pos);
	mutex_unlock(&reader_mutex);
	return ret;
}

/* The last len bytes since the last clear. */
static long read_all(char __user *buf, size_t len)
{
	u64 pos = max(log_first(), log_clear_pos()), end = log_end();

	if (end - pos > len)
		pos = end - len;
	return copy_log(buf, len, &pos);
}

static bool for_everybody(int type)
{
	return type == ACTION_READ_ALL || type == ACTION_SIZE_BUFFER;
}

static long set_console_level(int level)
{
	static int saved_level;

	if (level == -ACTION_CONSOLE_OFF) {
		saved_level = console_loglevel;
		console_loglevel = MIN_CONSOLE_LEVEL;
	} else if (level == -ACTION_CONSOLE_ON) {
		if (saved_level)
			console_loglevel = saved_level;
	} else if (level < MIN_CONSOLE_LEVEL || level > MAX_CONSOLE_LEVEL) {
		return -EINVAL;
	} else {
		console_loglevel = level;
	}
	return 0;
}

static long do_syslog(int type, char __user *buf, int len)
{
	long ret;

	switch (type) {
	case ACTION_CLOSE:
	case ACTION_OPEN:
		return 0;
	case ACTION_READ:
		return read_new(buf, (size_t)len);
	case ACTION_READ_ALL:
		return read_all(buf, (size_t)len);
	case ACTION_READ_CLEAR:
		ret = read_all(buf, (size_t)len);
		log_clear();
		return ret;
	case ACTION_CLEAR:
		log_clear();
		return 0;
	case ACTION_CONSOLE_OFF:
	case ACTION_CONSOLE_ON:
		return set_console_level(-type);
	case ACTION_CONSOLE_LEVEL:
		return set_console_level(len);
	case ACTION_SIZE_UNREAD:
		return (long)(log_end() - max(read_pos, log_first()));
	case ACTION_SIZE_BUFFER:
		return (long)log_capacity();
	default:
		return -EINVAL;
	}
}

long sys_syslog(int type, char __user *buf, int len)
{
	bool reads = type >= ACTION_READ && type <= ACTION_READ_CLEAR;

	if (!for_everybody(type) && !capable())
		return -EPERM;
	if (reads && (!buf || len < 0))
		return -EINVAL;
	if (reads && !len)
		return 0;
	return do_syslog(type, buf, len);
}
