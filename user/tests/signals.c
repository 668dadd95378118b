/* SPDX-License-Identifier: MIT */
/* Signals: masks, pending, order of delivery, flags of handlers, interrupted calls, alternate stack. */
#include <setjmp.h>
#include <signal.h>
#include <sys/time.h>
#include <time.h>

#include "check.h"

static volatile int count[NSIG], last, nested, value, sender;
static void *volatile stack_seen;

static void on_signal(int sig)
{
	count[sig]++;
	last = sig;
}

static void install(int sig, void (*handler)(int), int flags)
{
	struct sigaction act = { .sa_handler = handler, .sa_flags = flags };

	check(sigaction(sig, &act, NULL) == 0);
}

static void block(int how, int sig)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, sig);
	check(sigprocmask(how, &set, NULL) == 0);
}

static void masks(void)
{
	sigset_t pending;

	install(SIGUSR1, on_signal, 0);
	block(SIG_BLOCK, SIGUSR1);
	raise(SIGUSR1);
	raise(SIGUSR1);
	check(count[SIGUSR1] == 0 && sigpending(&pending) == 0 && sigismember(&pending, SIGUSR1));
	block(SIG_UNBLOCK, SIGUSR1);
	check(count[SIGUSR1] == 1);	/* ordinary signals do not queue */
	install(SIGRTMIN + 2, on_signal, 0);
	block(SIG_BLOCK, SIGRTMIN + 2);
	for (int i = 0; i < 3; i++)
		check(sigqueue(getpid(), SIGRTMIN + 2, (union sigval){ .sival_int = i }) == 0);
	block(SIG_UNBLOCK, SIGRTMIN + 2);
	check(count[SIGRTMIN + 2] == 3);	/* real-time ones do */
	check(sigaction(SIGKILL, &(struct sigaction){ .sa_handler = on_signal }, NULL) == -1);
	check(errno == EINVAL && kill(getpid(), 65) == -1 && errno == EINVAL);
}

static void on_nested(int sig)
{
	nested++;
	if (nested == 1) {
		raise(sig);
		check(nested == 1);	/* blocked while it runs */
	}
}

static void flags(void)
{
	struct sigaction now;

	install(SIGUSR2, on_nested, 0);
	raise(SIGUSR2);
	check(nested == 2);
	install(SIGUSR2, on_signal, SA_RESETHAND);
	raise(SIGUSR2);
	check(sigaction(SIGUSR2, NULL, &now) == 0 && now.sa_handler == SIG_DFL);
}

static void on_info(int sig, siginfo_t *info, void *context)
{
	(void)sig;
	(void)context;
	value = info->si_code == SI_QUEUE ? info->si_value.sival_int : -1;
	sender = info->si_pid;
}

static void information(void)
{
	struct sigaction act = { .sa_sigaction = on_info, .sa_flags = SA_SIGINFO };

	check(sigaction(SIGUSR1, &act, NULL) == 0);
	check(sigqueue(getpid(), SIGUSR1, (union sigval){ .sival_int = 77 }) == 0);
	check(value == 77 && sender == getpid());
}

/* A read on an empty pipe while a timer fires: EINTR, or with SA_RESTART it goes on. */
static void interruption(void)
{
	struct itimerval once = { .it_value = { 0, 50000 } };
	struct timespec sleep = { 5, 0 }, rest;
	int fd[2];
	char c;

	check(pipe(fd) == 0);
	install(SIGALRM, on_signal, 0);
	check(setitimer(ITIMER_REAL, &once, NULL) == 0);
	check(read(fd[0], &c, 1) == -1 && errno == EINTR && count[SIGALRM] == 1);
	check(setitimer(ITIMER_REAL, &once, NULL) == 0);
	check(nanosleep(&sleep, &rest) == -1 && errno == EINTR && rest.tv_sec == 4);
	install(SIGALRM, on_signal, SA_RESTART);
	if (fork() == 0) {
		usleep(200000);
		write(fd[1], "x", 1);
		_exit(0);
	}
	check(setitimer(ITIMER_REAL, &once, NULL) == 0);
	check(read(fd[0], &c, 1) == 1 && c == 'x' && count[SIGALRM] == 3);
	check(wait(NULL) > 0);
}

static void waiting(void)
{
	struct timespec soon = { 0, 20000000 };
	siginfo_t info;
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	block(SIG_BLOCK, SIGUSR1);
	check(sigtimedwait(&set, &info, &soon) == -1 && errno == EAGAIN);
	check(kill(getpid(), SIGUSR1) == 0);
	check(sigtimedwait(&set, &info, &soon) == SIGUSR1 && info.si_code == SI_USER);
	sigfillset(&set);
	sigdelset(&set, SIGALRM);
	alarm(1);
	check(sigsuspend(&set) == -1 && errno == EINTR && last == SIGALRM);
	block(SIG_UNBLOCK, SIGUSR1);
}

static char alternate[4 * SIGSTKSZ];

static void on_stack(int sig)
{
	(void)sig;
	stack_seen = __builtin_frame_address(0);
}

static void other_stack(void)
{
	stack_t stack = { .ss_sp = alternate, .ss_size = sizeof(alternate) }, old;

	check(sigaltstack(&stack, NULL) == 0);
	install(SIGUSR1, on_stack, SA_ONSTACK);
	raise(SIGUSR1);
	check((char *)stack_seen >= alternate && (char *)stack_seen < alternate + sizeof(alternate));
	check(sigaltstack(NULL, &old) == 0 && old.ss_sp == alternate && old.ss_flags == 0);
}

int main(void)
{
	masks();
	flags();
	information();
	interruption();
	waiting();
	other_stack();
	return 0;
}
