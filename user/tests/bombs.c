/* SPDX-License-Identifier: MIT */
/*
 * Bombs, as an ordinary user: processes that fork without end, take memory without end, map without end. While each goes on, root can still start a program within seconds; when its
 * processes are killed, everything they held comes back.
 *
 * machine: mem=16 swap=16 timeout=300
 * oracle: none, because Linux's own machine here has ten times the memory, and no swap
 */
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <time.h>

#include "check.h"

#define NOBODY	65534
#define SECONDS	4	/* each bomb goes on for */
#define ANSWER_SECONDS 20	/* root's program must have run by then, on a machine that emulates */

static void fork_bomb(void)
{
	for (;;)
		if (fork() < 0)
			usleep(1000);
}

static void limited_fork_bomb(void)
{
	struct rlimit limit = { 40, 40 };

	check(setrlimit(RLIMIT_NPROC, &limit) == 0);
	fork_bomb();
}

static void memory_bomb(void)
{
	for (;;) {
		unsigned char *p = malloc(MIB);

		for (unsigned int i = 0; p && i < MIB; i += PAGE)
			p[i] = 1;
	}
}

static void map_bomb(void)
{
	for (;;)
		if (mmap(NULL, PAGE, PROT_READ, MAP_SHARED | MAP_ANONYMOUS, -1, 0) == MAP_FAILED)
			usleep(1000);
}

/* For the report when root cannot work: how many tasks there are. */
static void show_load(void)
{
	char line[80] = "";
	int fd = open("/proc/loadavg", O_RDONLY);

	if (fd >= 0 && read(fd, line, sizeof(line) - 1) > 0)
		printf("tasks: %s", line);
	errno = 0;
}

/* Root starts a program and waits for it. */
static void root_works(void)
{
	time_t start = time(NULL);
	pid_t pid;

	do
		pid = fork();
	while (pid < 0 && time(NULL) - start < ANSWER_SECONDS && usleep(10000) == 0);
	if (pid < 0)
		show_load();
	check(pid >= 0);
	if (pid == 0) {
		execl("/bin/true", "true", (char *)NULL);
		_exit(1);
	}
	check(status_of(pid) == 0);
	check(time(NULL) - start <= ANSWER_SECONDS);
}

/* As that user: end every process of his. The first round may be outrun by forks. */
static void end_bomb(void)
{
	pid_t pid = fork();

	check(pid >= 0);
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

/* -1000: never to be chosen when memory ends. Children inherit it. */
static void set_oom_score_adj(const char *value)
{
	int fd = open("/proc/self/oom_score_adj", O_WRONLY);

	check(fd >= 0 && write(fd, value, strlen(value)) > 0 && close(fd) == 0);
}

static void explode(const char *name, void (*bomb)(void))
{
	time_t end = time(NULL) + SECONDS;
	pid_t pid;

	printf("%s\n", name);
	fflush(stdout);
	pid = fork();
	check(pid >= 0);
	if (pid == 0) {
		set_oom_score_adj("0");
		check(setuid(NOBODY) == 0);
		bomb();
	}
	while (time(NULL) < end) {
		root_works();
		usleep(200000);
	}
	end_bomb();
}

int main(void)
{
	set_oom_score_adj("-1000");
	explode("fork bomb, limited", limited_fork_bomb);
	explode("fork bomb", fork_bomb);
	explode("memory bomb", memory_bomb);
	explode("map bomb", map_bomb);
	return 0;
}
