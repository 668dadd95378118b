/* SPDX-License-Identifier: MIT */
/*
 * selftest: run the test programs of /tests, one after the other.
 *
 *	selftest [-d DIR] [NAME...]
 *
 * Prints TAP, a line for each program; the output of one that fails is shown behind it. The last line is
 * `N passed, N failed`, and the status is 1 when one failed.
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

static const char *dir = "/tests";
static int number, passed;

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
			test(list[i]->d_name);
	}
	unlink(OUTPUT);
	printf("1..%d\n%d passed, %d failed\n", number, passed, number - passed);
	return passed != number;
}
