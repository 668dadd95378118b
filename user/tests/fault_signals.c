/* SPDX-License-Identifier: MIT */
/*
 * Which signal, si_code and si_addr each bad access gives: no mapping, wrong protection, past the end of a
 * mapped file, arithmetic, bad opcodes, breakpoints, a segment that is not there, a stack that has used up its limit.
 *
 * machine: mem=8
 */
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <ucontext.h>

#include "check.h"

static sigjmp_buf back;
static siginfo_t seen;
static greg_t error_code;

static void on_fault(int sig, siginfo_t *info, void *context)
{
	seen = *info;
	error_code = ((ucontext_t *)context)->uc_mcontext.gregs[REG_ERR];
	siglongjmp(back, sig);
}

static void catch(int sig)
{
	struct sigaction act = { .sa_sigaction = on_fault, .sa_flags = SA_SIGINFO | SA_ONSTACK };

	check(sigaction(sig, &act, NULL) == 0);
}

#define expect(sig, code, address, statement) do {		\
	int got = sigsetjmp(back, 1);				\
								\
	if (got == 0) {						\
		statement;					\
		check(!"the access was allowed");		\
	}							\
	check(got == (sig) && seen.si_code == (code));		\
	if (address)						\
		check(seen.si_addr == (void *)(address));	\
} while (0)

static void memory(void)
{
	volatile char *none = (char *)0x10, *kernel = (char *)0xc0100000;
	volatile char *ro = mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	check(ro != MAP_FAILED);
	expect(SIGSEGV, SEGV_MAPERR, 0x10, (void)*none);
	check((error_code & 2) == 0 && (error_code & 4));
	expect(SIGSEGV, SEGV_MAPERR, 0x10, *none = 1);
	check(error_code & 2);
	expect(SIGSEGV, SEGV_ACCERR, ro, *ro = 1);
	expect(SIGSEGV, SEGV_MAPERR, kernel, (void)*kernel);
	expect(SIGSEGV, SEGV_MAPERR, kernel, *kernel = 0);
	expect(SIGSEGV, SEGV_MAPERR, 0x20, ((void (*)(void))0x20)());
}

static void past_the_end(void)
{
	char path[] = "/tmp/fault_signals.XXXXXX";
	int fd = mkstemp(path);
	volatile char *p;

	check(fd >= 0 && unlink(path) == 0 && ftruncate(fd, 100) == 0);
	p = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	check(p != MAP_FAILED && p[99] == 0 && p[PAGE - 1] == 0);
	expect(SIGBUS, BUS_ADRERR, p + PAGE, (void)p[PAGE]);
	expect(SIGBUS, BUS_ADRERR, p + PAGE + 7, p[PAGE + 7] = 1);
	check(ftruncate(fd, 0) == 0);
	expect(SIGBUS, BUS_ADRERR, p, (void)p[0]);
	check(ftruncate(fd, 2 * PAGE) == 0);
	p[PAGE] = 3;
	check(p[0] == 0 && p[PAGE] == 3);
	check(close(fd) == 0 && munmap((void *)p, 2 * PAGE) == 0);
}

static void instructions(void)
{
	volatile int zero = 0, one = 1;

	expect(SIGFPE, FPE_INTDIV, 0, one /= zero);
	expect(SIGILL, ILL_ILLOPN, 0, __asm__ volatile("ud2"));
	expect(SIGTRAP, SI_KERNEL, 0, __asm__ volatile("int3"));
	expect(SIGSEGV, SI_KERNEL, 0, __asm__ volatile("hlt"));
	expect(SIGSEGV, SI_KERNEL, 0, __asm__ volatile("cli"));
}

/* There is no local descriptor table: not even where one begins after a reset of the processor. */
static void local_descriptors(void)
{
	static const unsigned int flat_data[2] = { 0x0000ffff, 0x00cff300 };
	enum { AT = 0x7000, OFFSET = 0x770, SELECTOR = AT + OFFSET + 7 };	/* of the local table, privilege 3 */
	char *p = mmap((char *)AT, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);

	check(p == (char *)AT);
	memcpy(p + OFFSET, flat_data, sizeof(flat_data));
	expect(SIGSEGV, SI_KERNEL, 0, __asm__ volatile("movl %0, %%es" : : "r"(SELECTOR)));
	check(seen.si_addr == NULL && munmap(p, PAGE) == 0);
}

static char alternate[16384];

static int deeper(volatile int *p)
{
	volatile int frame[256];

	frame[0] = *p + 1;
	if (frame[0] < 0)
		return 0;
	return deeper(frame) + frame[1];
}

static void no_more_stack(void)
{
	stack_t stack = { .ss_sp = alternate, .ss_size = sizeof(alternate) };
	struct rlimit limit = { 256 * 1024, 256 * 1024 };
	volatile int start = 0;
	pid_t pid = fork();

	if (pid == 0) {
		check(sigaltstack(&stack, NULL) == 0 && setrlimit(RLIMIT_STACK, &limit) == 0);
		expect(SIGSEGV, SEGV_MAPERR, 0, deeper(&start));
		check((char *)&start - (char *)seen.si_addr > 200 * 1024);
		check((char *)&start - (char *)seen.si_addr < 300 * 1024);
		_exit(0);
	}
	join(pid);
}

/* Without a handler the signal kills, and the parent learns which. */
static void uncaught(void)
{
	pid_t pid = fork();
	int status;

	if (pid == 0) {
		struct rlimit none = { 0, 0 };

		setrlimit(RLIMIT_CORE, &none);
		signal(SIGSEGV, SIG_DFL);
		*(volatile int *)8 = 1;
		_exit(0);
	}
	status = status_of(pid);
	check(WIFSIGNALED(status) && WTERMSIG(status) == SIGSEGV);
}

int main(void)
{
	catch(SIGSEGV);
	catch(SIGBUS);
	catch(SIGFPE);
	catch(SIGILL);
	catch(SIGTRAP);
	memory();
	past_the_end();
	instructions();
	local_descriptors();
	no_more_stack();
	uncaught();
	return 0;
}
