/* SPDX-License-Identifier: MIT */
/*
 * poweroff, reboot, halt: end the machine's run.
 *
 * Asks init, which ends all processes and unmounts the file systems first. With -f the kernel is
 * told at once, after a sync. The program's name says what is to happen.
 */
#include <err.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/reboot.h>
#include <time.h>
#include <unistd.h>

#define INIT_PID 1
#define INIT_SECONDS 10	/* more than init takes to send SIGHUP to all */
#define SHELL_FIRST_US 100000	/* in which the shell that got it too ends */

static const struct action {
	const char *name;
	int signal;	/* what init understands */
	int how;
} actions[] = {
	{ "poweroff", SIGUSR2, RB_POWER_OFF },
	{ "reboot", SIGTERM, RB_AUTOBOOT },
	{ "halt", SIGUSR1, RB_HALT_SYSTEM },
};

static const struct action *action_of(const char *name)
{
	for (size_t i = 1; i < sizeof(actions) / sizeof(actions[0]); i++)
		if (!strcmp(name, actions[i].name))
			return &actions[i];
	return &actions[0];
}

int main(int argc, char *argv[])
{
	const struct action *a = action_of(program_invocation_short_name);
	const struct timespec patience = { INIT_SECONDS, 0 };
	sigset_t hangup;

	if (argc > 2 || (argc == 2 && strcmp(argv[1], "-f"))) {
		fprintf(stderr, "usage: %s [-f]\n", a->name);
		return 2;
	}
	if (argc == 2) {
		sync();
		if (reboot(a->how) < 0)
			err(1, "reboot");
		return 0;
	}
	/* The shell waits for us, so that no prompt appears on a screen that ends.  It must not see us die either. */
	signal(SIGTERM, SIG_IGN);
	sigemptyset(&hangup);
	sigaddset(&hangup, SIGHUP);
	sigprocmask(SIG_BLOCK, &hangup, NULL);
	if (kill(INIT_PID, a->signal) < 0)
		err(1, "init");
	if (sigtimedwait(&hangup, NULL, &patience) == SIGHUP) {
		usleep(SHELL_FIRST_US);
		return 0;
	}
	warnx("init does not answer");
	return 1;
}
