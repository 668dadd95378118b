/* SPDX-License-Identifier: MIT */
/*
 * A bomb is thrown by an ordinary user and goes on for some seconds. Meanwhile root, at the other console as it were,
 * starts programs and has to get each answer in time; root's shell, which waits with nothing but its memory, must be
 * alive afterwards, with every byte. Then all of the user's processes are killed.
 *
 * Nobody here is protected from the OOM killer: it has to find the right ones by itself.
 */
#ifndef QUIRE_TESTS_BOMB_H
#define QUIRE_TESTS_BOMB_H

#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/resource.h>
#include <sys/time.h>

#include "check.h"

#define NOBODY	65534
#define BOMB_SECONDS 4
#define ANSWER_MS 20000		/* a quiet host sees a tenth of it; this one emulates, with others beside it */
#define SHELL_PAGES 60		/* what a shell has in memory that is its own */
#define PAUSE_US 200000

static char shell_memory[SHELL_PAGES * PAGE];

static inline long now_ms(void)
{
	struct timeval tv;

	check(gettimeofday(&tv, NULL) == 0);
	return tv.tv_sec * 1000L + tv.tv_usec / 1000;
}

/* For the report when root cannot work. */
static inline void show_file(const char *path)
{
	char text[2048] = "";
	int fd = open(path, O_RDONLY);

	if (fd >= 0 && read(fd, text, sizeof(text) - 1) > 0)
		printf("%s:\n%s", path, text);
	close(fd);
	errno = 0;
}

/* Root forks; under a bomb he may have to try again, but not longer than for any answer. */
static inline pid_t root_forks(void)
{
	long start = now_ms();
	pid_t pid;

	while ((pid = fork()) < 0 && now_ms() - start < ANSWER_MS)
		usleep(10000);
	if (pid < 0) {
		show_file("/proc/loadavg");
		show_file("/proc/meminfo");
	}
	check(pid >= 0);
	return pid;
}

/* Root starts a program and waits for it. */
static inline void root_works(void)
{
	pid_t pid = root_forks();
	int status;

	if (pid == 0) {
		execl("/bin/true", "true", (char *)NULL);
		_exit(1);
	}
	status = status_of(pid);
	if (status)
		printf("root's program: status %#x\n", status);
	check(status == 0);
}

/* A process that looks after its memory until the pipe is closed. => its pid, *fd: the pipe's end */
static inline pid_t start_shell(int *fd)
{
	int ends[2];
	pid_t pid;
	char c;

	check(pipe(ends) == 0);
	pid = fork();
	check(pid >= 0);
	if (pid) {
		close(ends[0]);
		*fd = ends[1];
		return pid;
	}
	close(ends[1]);
	memset(shell_memory, 's', sizeof(shell_memory));
	while (read(ends[0], &c, 1) > 0)
		;
	for (unsigned int i = 0; i < sizeof(shell_memory); i++)
		check(shell_memory[i] == 's');
	_exit(0);
}

/* As that user: end every process of his. The first rounds may be outrun by forks. */
static inline void end_bomb(void)
{
	pid_t pid = root_forks();

	if (pid == 0) {
		check(setuid(NOBODY) == 0);
		for (int i = 0; i < 50; i++) {
			kill(-1, SIGKILL);
			usleep(20000);
		}
		_exit(0);
	}
	check(status_of(pid) == 0);
	while (waitpid(-1, NULL, WNOHANG) > 0)
		;
}

struct bomb {
	const char *name;
	void (*go_off)(void);
};

/*
 * For who types at a console (tests/boot/test_bombs.py): "end" ends all bombs, any other name throws that one, which
 * goes on until then.
 */
static inline void throw_bomb(const char *name, const struct bomb *bombs, unsigned int n)
{
	if (!strcmp(name, "end")) {
		end_bomb();
		puts("ended");
		exit(0);
	}
	for (unsigned int i = 0; i < n; i++) {
		if (strcmp(bombs[i].name, name))
			continue;
		check(setuid(NOBODY) == 0);
		puts("thrown");
		fflush(stdout);
		bombs[i].go_off();
	}
	exit(1);
}

static inline void explode(const char *name, void (*bomb)(void))
{
	long start, last, worst = 0, took;
	pid_t pid, shell;
	int n = 0, fd;

	shell = start_shell(&fd);
	pid = fork();
	check(pid >= 0);
	if (pid == 0) {
		close(fd);
		check(setuid(NOBODY) == 0);
		bomb();
		_exit(1);
	}
	start = last = now_ms();
	while (last - start < BOMB_SECONDS * 1000) {
		root_works();
		usleep(PAUSE_US);
		took = now_ms() - last;
		worst = took > worst ? took : worst;
		last += took;
		n++;
	}
	check(close(fd) == 0);
	if (status_of(shell)) {
		printf("%s: the shell has died\n", name);
		check(false);
	}
	end_bomb();
	printf("%-32s %3d answers, the latest after %ld ms\n", name, n, worst);
	fflush(stdout);
	check(worst <= ANSWER_MS);
}

#endif
