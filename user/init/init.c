/* SPDX-License-Identifier: MIT */
/*
 * init.c: process 1.
 *
 * Mounts the file systems and turns swap on; then either does the job that the kernel's command
 * line names (qrun=DISK) and powers off, or keeps a shell on each console until it is told to end:
 * SIGUSR1 halts, SIGUSR2 powers off, SIGTERM and SIGINT restart the machine. All the while it
 * reaps the processes whose parents have gone.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include "init.h"

/* Set by the handler: which signal asked for the end. */
static volatile sig_atomic_t ending;

static void on_signal(int sig)
{
	if (sig != SIGCHLD)
		ending = sig;
}

static const int watched[] = { SIGCHLD, SIGUSR1, SIGUSR2, SIGTERM, SIGINT };

#define WATCHED (sizeof(watched) / sizeof(watched[0]))

/* The watched signals are blocked but while init sleeps, so none can slip by unseen. */
static void watch_signals(sigset_t *outside)
{
	struct sigaction act = { .sa_handler = on_signal };
	sigset_t set;

	sigemptyset(&set);
	sigemptyset(&act.sa_mask);
	for (size_t i = 0; i < WATCHED; i++) {
		sigaddset(&set, watched[i]);
		sigaction(watched[i], &act, NULL);
	}
	sigprocmask(SIG_BLOCK, &set, outside);
}

static void reap(void)
{
	int pid;

	while ((pid = waitpid(-1, NULL, WNOHANG)) > 0)
		console_ended(pid);
}

static int how_to_end(int sig)
{
	switch (sig) {
	case SIGUSR1:
		return RB_HALT_SYSTEM;
	case SIGUSR2:
		return RB_POWER_OFF;
	}
	return RB_AUTOBOOT;
}

/* The kernel starts init with the console open, but a root without /dev has none yet. */
static void open_console(void)
{
	int fd;

	if (fcntl(STDIN_FILENO, F_GETFD) >= 0)
		return;
	fd = open("/dev/console", O_RDWR | O_NOCTTY);
	while (fd >= 0 && fd < STDERR_FILENO)
		fd = dup(fd);
}

int main(void)
{
	sigset_t outside;
	const char *job;

	if (getpid() != 1) {
		fprintf(stderr, "init: this is no job for process %d\n", getpid());
		return 1;
	}
	umask(022);
	mount_all();
	open_console();
	/* ctrl-alt-del reaches init as SIGINT. */
	reboot(RB_DISABLE_CAD);
	job = kernel_option("qrun");
	if (job && *job) {
		qrun(job);
		power_down(RB_POWER_OFF);
	}
	watch_signals(&outside);
	start_consoles();
	while (!ending) {
		sigsuspend(&outside);
		reap();
	}
	power_down(how_to_end(ending));
}
