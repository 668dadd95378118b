/* SPDX-License-Identifier: MIT */
/*
 * selftest: run the test programs of /tests, one after the other.
 *
 *	selftest [-d DIR] [NAME...]
 *
 * Prints TAP, a line for each program; the output of one that fails is shown behind it. The last line is
 * `N passed, N failed`, and the status is 1 when one failed.
 *
 * /tests/MACHINES has the line with which each test declares its machine (docs/testing.md). Without names, tests that
 * this machine cannot satisfy, or that take very long, are left out, with the reason.
 */
#include <dirent.h>
#include <err.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define OUTPUT "/tmp/selftest.out"
#define LONG_SECONDS 600	/* bombs, torture: minutes even on an idle host */

static const char *dir = "/tests";
static int number, passed, skipped;

static int is_program(const struct dirent *entry)
{
	char path[PATH_MAX];
	struct stat st;

	snprintf(path, sizeof(path), "%s/%s", dir, entry->d_name);
	return stat(path, &st) == 0 && S_ISREG(st.st_mode) && (st.st_mode & 0111);
}

static int run(const char *path)
{
	int status, fd;
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (pid < 0)
		err(1, "fork");
	if (pid == 0) {
		/* Not the terminal: a test of terminals would type on it. */
		fd = open("/dev/null", O_RDONLY);
		dup2(fd, STDIN_FILENO);
		close(fd);
		fd = open(OUTPUT, O_RDWR | O_CREAT | O_TRUNC, 0600);
		dup2(fd, STDOUT_FILENO);
		dup2(fd, STDERR_FILENO);
		close(fd);
		execl(path, path, NULL);
		warn("%s", path);
		_exit(127);
	}
	if (waitpid(pid, &status, 0) < 0)
		err(1, "waitpid");
	return status;
}

static void show_output(void)
{
	FILE *fp = fopen(OUTPUT, "r");
	char line[512];

	if (!fp)
		return;
	while (fgets(line, sizeof(line), fp))
		printf("# %s%s", line, strchr(line, '\n') ? "" : "\n");
	fclose(fp);
}

static void test(const char *name)
{
	char path[PATH_MAX];
	int status;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	status = run(path);
	number++;
	if (status == 0) {
		passed++;
		printf("ok %d - %s\n", number, name);
		return;
	}
	printf("not ok %d - %s\n", number, name);
	if (WIFSIGNALED(status))
		printf("# killed by signal %d\n", WTERMSIG(status));
	show_output();
}

/* KEY=NUMBER among the words, or what holds without it. */
static long setting(const char *words, const char *key, long otherwise)
{
	const char *p = strstr(words, key);

	return p ? strtol(p + strlen(key), NULL, 10) : otherwise;
}

/* What this machine has of a line of /proc/meminfo, MiB rounded up. */
static long mib_of(const char *name)
{
	FILE *fp = fopen("/proc/meminfo", "r");
	char line[128];
	long kib = 0;

	if (!fp)
		return 0;
	while (fgets(line, sizeof(line), fp))
		if (!strncmp(line, name, strlen(name)))
			kib = strtol(line + strlen(name), NULL, 10);
	fclose(fp);
	return (kib + 1023) / 1024;
}

/* Why a test that declares these words is not for this machine; NULL: it is.  Much more memory is as wrong as less. */
static const char *not_here(const char *words)
{
	static char why[64];
	long swap = setting(words, " swap=", -1), memory = setting(words, " mem=", 0);

	if (strstr(words, " args="))
		return "it wants its own boot options";
	if (setting(words, " timeout=", 0) >= LONG_SECONDS)
		return "it takes minutes";
	if (swap == 0 && mib_of("SwapTotal:"))
		return "it wants no swap";
	if (swap > mib_of("SwapTotal:")) {
		snprintf(why, sizeof(why), "it wants %ld MiB of swap", swap);
		return why;
	}
	if (memory && (mib_of("MemTotal:") > 2 * memory || mib_of("MemTotal:") < memory * 3 / 4)) {
		snprintf(why, sizeof(why), "it wants %ld MiB of memory", memory);
		return why;
	}
	return NULL;
}

/* A line of MACHINES: "NAME machine: WORDS". */
static const char *reason_to_skip(const char *name)
{
	char path[PATH_MAX], line[512];
	const char *why = NULL;
	size_t len = strlen(name);
	FILE *fp;

	snprintf(path, sizeof(path), "%s/MACHINES", dir);
	fp = fopen(path, "r");
	while (fp && !why && fgets(line, sizeof(line), fp))
		if (!strncmp(line, name, len) && line[len] == ' ')
			why = not_here(line + len);
	if (fp)
		fclose(fp);
	return why;
}

static void test_if_possible(const char *name)
{
	const char *why = reason_to_skip(name);

	if (!why) {
		test(name);
		return;
	}
	skipped++;
	printf("ok %d - %s # SKIP %s\n", ++number, name, why);
}

int main(int argc, char *argv[])
{
	struct dirent **list;
	int c, count;

	while ((c = getopt(argc, argv, "d:")) != -1) {
		if (c != 'd')
			errx(2, "usage: selftest [-d DIR] [NAME...]");
		dir = optarg;
	}
	if (optind < argc) {
		for (; optind < argc; optind++)
			test(argv[optind]);
	} else {
		count = scandir(dir, &list, is_program, alphasort);
		if (count < 0)
			err(1, "%s", dir);
		for (int i = 0; i < count; i++)
			test_if_possible(list[i]->d_name);
	}
	unlink(OUTPUT);
	number -= skipped;
	printf("1..%d\n", number + skipped);
	if (skipped)
		printf("# %d skipped: they are for other machines (most: MEM=16 make run); `make test` has them all\n",
		       skipped);
	printf("%d passed, %d failed\n", passed, number - passed);
	return passed != number;
}
