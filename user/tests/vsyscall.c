/* SPDX-License-Identifier: MIT */
/*
 * System calls through AT_SYSINFO: the same results as by int 0x80 and no register changed but eax; six
 * arguments; interruption and restart; signals, fork, vfork and exec inside; the flags that sysenter
 * does not put right by itself; stack pointers that lead nowhere; and the vDSO as an ELF file and as
 * memory that can be written, moved and removed.
 */
#include <elf.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/time.h>

#include "check.h"

#define NR_exit 1
#define NR_read 3
#define NR_write 4
#define NR_execve 11
#define NR_getpid 20
#define NR_kill 37
#define NR_sigaction 67
#define NR_nanosleep 162
#define NR_mremap 163
#define NR_rt_sigaction 174
#define NR_vfork 190
#define NR_mmap2 192
#define NR_fork 2

#define TF 0x100u
#define DF 0x400u
#define NT 0x4000u
#define AC 0x40000u

struct regs {
	long eax, ebx, ecx, edx, esi, edi, ebp;
};

unsigned long vsyscall_entry;
static unsigned long vdso, vdso_size = PAGE;

/* Load all registers, call *vsyscall_entry, store all. */
void vcall_regs(struct regs *r);
__asm__("	.text\n"
	"vcall_regs:\n"
	"	pushl %ebp; pushl %ebx; pushl %esi; pushl %edi\n"
	"	movl 20(%esp), %eax\n"
	"	pushl %eax\n"
	"	movl 4(%eax), %ebx; movl 8(%eax), %ecx; movl 12(%eax), %edx\n"
	"	movl 16(%eax), %esi; movl 20(%eax), %edi; movl 24(%eax), %ebp\n"
	"	movl (%eax), %eax\n"
	"	call *vsyscall_entry\n"
	"	pushal\n"			/* edi, esi, ebp, esp, ebx, edx, ecx, eax */
	"	movl 32(%esp), %esi\n"
	"	movl 28(%esp), %eax; movl %eax, (%esi)\n"
	"	movl 16(%esp), %eax; movl %eax, 4(%esi)\n"
	"	movl 24(%esp), %eax; movl %eax, 8(%esi)\n"
	"	movl 20(%esp), %eax; movl %eax, 12(%esi)\n"
	"	movl 4(%esp), %eax; movl %eax, 16(%esi)\n"
	"	movl (%esp), %eax; movl %eax, 20(%esi)\n"
	"	movl 8(%esp), %eax; movl %eax, 24(%esi)\n"
	"	addl $36, %esp\n"
	"	popl %edi; popl %esi; popl %ebx; popl %ebp\n"
	"	ret\n");

/* The call's result; every other register must be what it was. */
static long vcall(long nr, long b, long c, long d, long s, long di, long bp)
{
	const struct regs before = { nr, b, c, d, s, di, bp };
	struct regs r = before;

	vcall_regs(&r);
	check(!memcmp(&r.ebx, &before.ebx, sizeof(r) - sizeof(r.eax)));
	return r.eax;
}

#define vcall3(nr, b, c, d) vcall(nr, (long)(b), (long)(c), (long)(d), 0x51, 0xd1, 0xeb)

static long int80(long nr, long b, long c, long d)
{
	long result;

	__asm__ volatile("int $0x80" : "=a"(result) : "0"(nr), "b"(b), "c"(c), "d"(d) : "memory");
	return result;
}

static void results(void)
{
	static const long numbers[] = { NR_getpid, 10000, -1, 0x7fffffff, 17 /* a hole */ };

	for (int i = 0; i < (int)(sizeof(numbers) / sizeof(numbers[0])); i++)
		check(vcall3(numbers[i], 0, 0, 0) == int80(numbers[i], 0, 0, 0));
	check(vcall3(NR_getpid, 1, 2, 3) == getpid());
	check(vcall3(NR_write, -1, "x", 1) == -EBADF);
	check(vcall3(NR_write, 1, 8, 1) == int80(NR_write, 1, 8, 1));
}

/* The sixth argument comes from the stack. */
static void six_arguments(void)
{
	char name[] = "/tmp/vsyscall.XXXXXX", *p;
	int fd = mkstemp(name);

	check(fd >= 0 && unlink(name) == 0 && ftruncate(fd, 3 * PAGE) == 0);
	check(pwrite(fd, "page two", 8, 2 * PAGE) == 8);
	p = (char *)vcall(NR_mmap2, 0, PAGE, PROT_READ, MAP_SHARED, fd, 2);
	check((unsigned long)p < -PAGE && !memcmp(p, "page two", 8));
	check(munmap(p, PAGE) == 0 && close(fd) == 0);
}

/* ---- interruption, restart, frames ---- */

static int pipe_fd[2];
static volatile unsigned long handler_return;

static void on_alarm(int number)
{
	(void)number;
	check(write(pipe_fd[1], "s", 1) == 1);
}

static void soon(void)
{
	struct itimerval at = { .it_value = { .tv_usec = 50000 } };

	check(setitimer(ITIMER_REAL, &at, NULL) == 0);
}

static void interruption(void)
{
	struct sigaction act = { .sa_handler = on_alarm };
	struct { long sec, nsec; } nap = { .nsec = 200 * 1000 * 1000 }, left;	/* as the call has it */
	int status;
	char c;
	pid_t pid;

	check(pipe(pipe_fd) == 0 && sigaction(SIGALRM, &act, NULL) == 0);
	soon();
	check(vcall3(NR_read, pipe_fd[0], &c, 1) == -EINTR && read(pipe_fd[0], &c, 1) == 1);
	soon();
	check(vcall3(NR_nanosleep, &nap, &left, 0) == -EINTR && left.nsec > 0);
	check(read(pipe_fd[0], &c, 1) == 1);
	act.sa_flags = SA_RESTART;
	check(sigaction(SIGALRM, &act, NULL) == 0);
	soon();
	c = 0;
	check(vcall3(NR_read, pipe_fd[0], &c, 1) == 1 && c == 's');
	/* Stopped and continued, a sleep goes on with what is left of it. */
	check((pid = fork()) >= 0);
	if (!pid)
		_exit(vcall3(NR_nanosleep, &nap, &left, 0) == 0 ? 9 : 1);
	usleep(50000);
	check(kill(pid, SIGSTOP) == 0 && waitpid(pid, &status, WUNTRACED) == pid && WIFSTOPPED(status));
	check(kill(pid, SIGCONT) == 0 && waitpid(pid, &status, 0) == pid);
	check(WIFEXITED(status) && WEXITSTATUS(status) == 9);
}

static void note_return(int number)
{
	(void)number;
	handler_return = (unsigned long)__builtin_return_address(0);
}

/* What the kernel reads; no SA_RESTORER, so the way back is the vDSO's. */
struct old_action {
	void (*handler)(int);
	unsigned long mask, flags;
	void *restorer;
};

struct rt_action {
	void (*handler)(int);
	unsigned long flags;
	void *restorer;
	uint64_t mask;
};

static int cpu_has_sysenter(void)
{
	unsigned int leaf = 1, features;

	__asm__("cpuid" : "+a"(leaf), "=d"(features) : : "ebx", "ecx");
	return features >> 11 & 1;
}

/*
 * Back from a handler by sysenter: the registers are those of the interrupted code, all of them. The frame's first
 * words, which are not needed any more, take what __kernel_vsyscall pushes.
 */
void return_by_vsyscall(void);
__asm__("return_by_vsyscall:\n"
	"	movl $173, %eax\n"
	"	addl $16, %esp\n"
	"	call *vsyscall_entry\n");

static void return_from_handler(void)
{
	struct rt_action act = { .handler = note_return, .flags = SA_SIGINFO | SA_RESTORER,
				 .restorer = (void *)return_by_vsyscall };
	long result, signal = SIGUSR1, kept = 0x5678;

	if (!cpu_has_sysenter())
		return;
	check(vcall(NR_rt_sigaction, SIGUSR1, (long)&act, 0, 8, 0, 0) == 0);
	__asm__ volatile("int $0x80" : "=a"(result), "+c"(signal), "+d"(kept)
			 : "0"(NR_kill), "b"(getpid()) : "memory");
	check(result == 0 && signal == SIGUSR1 && kept == 0x5678);
}

static void frames(void)
{
	struct old_action old = { .handler = note_return };
	struct rt_action rt = { .handler = note_return, .flags = SA_SIGINFO };

	check(vcall3(NR_sigaction, SIGUSR1, &old, 0) == 0);
	check(vcall3(NR_kill, getpid(), SIGUSR1, 0) == 0 && handler_return - vdso < vdso_size);
	handler_return = 0;
	check(vcall(NR_rt_sigaction, SIGUSR1, (long)&rt, 0, 8, 0, 0) == 0);
	check(vcall3(NR_kill, getpid(), SIGUSR1, 0) == 0 && handler_return - vdso < vdso_size);
}

/* ---- children ---- */

static void children(void)
{
	static char *argv[] = { "vsyscall", "child", NULL }, *envp[] = { NULL };
	long pid = vcall3(NR_fork, 0, 0, 0);

	if (!pid)
		int80(NR_exit, getppid() > 1 ? 5 : 1, 0, 0);
	check(pid > 0 && status_of(pid) == 5 << 8);
	/* The child ends without touching the stack that its parent will come back to. */
	__asm__ volatile("call *vsyscall_entry\n\t"
			 "testl %%eax, %%eax\n\t"
			 "jnz 1f\n\t"
			 "movl $6, %%ebx\n\t"
			 "movl %2, %%eax\n\t"
			 "int $0x80\n"
			 "1:"
			 : "=a"(pid) : "0"(NR_vfork), "i"(NR_exit) : "ebx", "memory");
	check(pid > 0 && status_of(pid) == 6 << 8);
	pid = fork();
	if (!pid)
		_exit(vcall3(NR_execve, "/proc/self/exe", argv, envp) ? 1 : 2);
	check(status_of(pid) == 7 << 8);
}

/* ---- flags ---- */

static unsigned int flags_after(unsigned int set)
{
	unsigned int flags;
	int pid;

	__asm__ volatile("pushfl\n\t"
			 "orl %3, (%%esp)\n\t"
			 "popfl\n\t"
			 "call *vsyscall_entry\n\t"
			 "pushfl\n\t"
			 "movl (%%esp), %0\n\t"
			 "andl $~0x44500, (%%esp)\n\t"
			 "popfl"
			 : "=&r"(flags), "=a"(pid) : "1"(NR_getpid), "r"(set) : "memory", "cc");
	check(pid == getpid());
	return flags;
}

static volatile int steps, steps_in_vdso;

static void on_step(int number, siginfo_t *info, void *context)
{
	(void)number;
	(void)context;
	steps++;
	steps_in_vdso += (unsigned long)info->si_addr - vdso < vdso_size;
}

static void flags(void)
{
	struct sigaction act = { .sa_sigaction = on_step, .sa_flags = SA_SIGINFO };
	unsigned int after;

	check(flags_after(DF) & DF);
	check(flags_after(NT) & NT);
	check(flags_after(AC) & AC);
	check(!(flags_after(0) & (TF | DF | NT | AC)));
	check(sigaction(SIGTRAP, &act, NULL) == 0);
	after = flags_after(TF);
	check(after & TF);
	check(steps > 4 && steps_in_vdso > 0 && steps > steps_in_vdso);
}

/* ---- stack pointers ---- */

static void bad_stacks(void)
{
	char *hole = mmap(NULL, PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	unsigned long where[] = { 0, 8, 0xc0000000ul, 0xbffffffeul, 0xfffffffcul, 0xfffffffful,
				  (unsigned long)hole };
	int n = cpu_has_sysenter() ? sizeof(where) / sizeof(where[0]) : 0;

	for (int i = 0; i < n; i++) {
		pid_t pid = fork();

		check(pid >= 0);
		if (!pid)
			__asm__ volatile("movl %0, %%ebp\n\t"
					 "sysenter" : : "r"(where[i]), "a"(NR_getpid) : "memory");
		check(status_of(pid) == SIGSEGV);
	}
	check(munmap(hole, PAGE) == 0);
}

/* ---- the image ---- */

static void image(void)
{
	const Elf32_Ehdr *e = (const Elf32_Ehdr *)vdso;
	const Elf32_Phdr *p = (const Elf32_Phdr *)(vdso + e->e_phoff), *end = p + e->e_phnum;
	const Elf32_Dyn *d = NULL;
	const Elf32_Sym *sym = NULL;
	const Elf32_Word *hash = NULL;
	const char *str = NULL;
	unsigned long load = 0, soname = 0, found = 0;

	check(!memcmp(e->e_ident, ELFMAG, SELFMAG) && e->e_type == ET_DYN && e->e_machine == EM_386);
	for (; p < end; p++) {
		if (p->p_type == PT_LOAD)
			load = vdso + p->p_offset - p->p_vaddr;
		if (p->p_type == PT_DYNAMIC)
			d = (const Elf32_Dyn *)(vdso + p->p_offset);
	}
	check(d);
	for (; d->d_tag != DT_NULL; d++) {
		if (d->d_tag == DT_STRTAB)
			str = (const char *)(load + d->d_un.d_ptr);
		if (d->d_tag == DT_SYMTAB)
			sym = (const Elf32_Sym *)(load + d->d_un.d_ptr);
		if (d->d_tag == DT_HASH)
			hash = (const Elf32_Word *)(load + d->d_un.d_ptr);
		if (d->d_tag == DT_SONAME)
			soname = d->d_un.d_val;
	}
	check(str && sym && !strcmp(str + soname, "linux-gate.so.1"));
	for (unsigned int i = 0; hash && i < hash[1]; i++) {
		if (!strcmp(str + sym[i].st_name, "__kernel_vsyscall"))
			found |= load + sym[i].st_value == vsyscall_entry;
		if (!strcmp(str + sym[i].st_name, "__kernel_rt_sigreturn"))
			found |= load + sym[i].st_value == handler_return ? 2 : 0;
	}
	check(!hash || found == 3);
}

/* The line of /proc/self/maps that says [vdso] begins here, and fills vdso_size; => 0: there is none */
static unsigned long in_maps(void)
{
	FILE *f = fopen("/proc/self/maps", "r");
	unsigned long start = 0, end;
	char line[256], perm[5];

	check(f);
	while (fgets(line, sizeof(line), f))
		if (strstr(line, "[vdso]")) {
			check(sscanf(line, "%lx-%lx %4s", &start, &end, perm) == 3 && !strcmp(perm, "r-xp"));
			vdso_size = end - start;
		}
	fclose(f);
	return start;
}

/* In a child each: moved by itself, it still works; what one writes the other does not see; gone. */
static void as_memory(void)
{
	unsigned long to = 0x60000000ul, shift = to - vdso;
	volatile unsigned char *last = (unsigned char *)vdso + vdso_size - 1;
	pid_t pid;

	check((pid = fork()) >= 0);
	if (!pid) {
		check(vcall(NR_mremap, vdso, vdso_size, vdso_size, MREMAP_MAYMOVE | MREMAP_FIXED, to, 0) ==
		      (long)to);
		vsyscall_entry += shift;
		vdso = to;
		check(vcall3(NR_getpid, 0, 0, 0) == getpid() && in_maps() == to);
		frames();
		_exit(0);
	}
	join(pid);
	check((pid = fork()) >= 0);
	if (!pid) {
		check(mprotect((void *)vdso, vdso_size, PROT_READ | PROT_WRITE | PROT_EXEC) == 0);
		*last = 0x5a;
		check(*last == 0x5a && vcall3(NR_getpid, 0, 0, 0) == getpid());
		_exit(0);
	}
	join(pid);
	check(*last != 0x5a);
	check((pid = fork()) >= 0);
	if (!pid) {
		check(munmap((void *)vdso, vdso_size) == 0 && in_maps() == 0);
		_exit(0);
	}
	join(pid);
}

int main(int argc, char **argv)
{
	vsyscall_entry = getauxval(AT_SYSINFO);
	vdso = getauxval(AT_SYSINFO_EHDR);
	check(in_maps() == vdso && vsyscall_entry - vdso < vdso_size);
	if (argc > 1 && !strcmp(argv[1], "child"))
		return vcall3(NR_getpid, 0, 0, 0) == getpid() ? 7 : 1;
	results();
	six_arguments();
	interruption();
	frames();
	image();
	return_from_handler();
	children();
	flags();
	bad_stacks();
	as_memory();
	return 0;
}
