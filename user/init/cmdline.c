/* SPDX-License-Identifier: MIT */
/* cmdline.c: the kernel's command line. */
#include <fcntl.h>
#include <string.h>
#include <unistd.h>
#include "init.h"

static char words[2048];
static size_t words_len;

/* Read it once and cut it into words, each ended by NUL. */
static void load(void)
{
	int fd = open("/proc/cmdline", O_RDONLY | O_CLOEXEC);
	ssize_t got;

	if (fd < 0)
		return;
	got = read(fd, words, sizeof(words) - 1);
	close(fd);
	if (got <= 0)
		return;
	words_len = got;
	for (size_t i = 0; i < words_len; i++)
		if (words[i] == ' ' || words[i] == '\n')
			words[i] = '\0';
}

const char *kernel_option(const char *name)
{
	size_t len = strlen(name);

	if (!words_len)
		load();
	for (char *w = words; w < words + words_len; w += strlen(w) + 1)
		if (!strncmp(w, name, len)) {
			if (w[len] == '=')
				return w + len + 1;
			if (w[len] == '\0')
				return w + len;
		}
	return NULL;
}
