/* SPDX-License-Identifier: MIT */
/*
 * 200 times fork and exec: arguments, environment and exit status arrive, and (the runner's leak check) no
 * page is lost.
 *
 * machine: mem=8 swap=16 timeout=120
 */
#include "check.h"

#define TIMES	200

int main(int argc, char **argv)
{
	char number[16], variable[32];

	if (argc == 3 && !strcmp(argv[1], "child")) {
		const char *value = getenv("NUMBER");

		return value && !strcmp(value, argv[2]) ? atoi(argv[2]) % 100 : 100;
	}
	for (int i = 0; i < TIMES; i++) {
		char *args[] = { argv[0], "child", number, NULL };
		char *environment[] = { variable, NULL };
		pid_t pid;
		int status;

		snprintf(number, sizeof(number), "%d", i);
		snprintf(variable, sizeof(variable), "NUMBER=%d", i);
		pid = fork();
		if (pid == 0) {
			execve("/proc/self/exe", args, environment);
			_exit(101);
		}
		check(pid > 0);
		status = status_of(pid);
		check(WIFEXITED(status) && WEXITSTATUS(status) == i % 100);
	}
	return 0;
}
