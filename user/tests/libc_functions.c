/* SPDX-License-Identifier: MIT */
/* Functions of the C library beyond newlib: time, paths, users, lines, sorted directories, commands. */
#include <dirent.h>
#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <mntent.h>
#include <pwd.h>
#include <setjmp.h>
#include <signal.h>
#include <sys/stat.h>
#include <time.h>

#include "check.h"

static char dir[] = "/tmp/libc_functions.XXXXXX";

static void times_of_day(void)
{
	struct tm tm = { .tm_year = 100, .tm_mon = 1, .tm_mday = 29, .tm_hour = 12 };
	time_t t = timegm(&tm);
	struct timespec a, b;

	check(t == 951825600 && tm.tm_wday == 2 && tm.tm_yday == 59);
	for (time_t then = -5000000000LL; then < 5000000000LL; then += 86399 * 97) {
		gmtime_r(&then, &tm);
		check(timegm(&tm) == then);
	}
	check(clock_gettime(CLOCK_MONOTONIC, &a) == 0 && usleep(20000) == 0);
	check(clock_gettime(CLOCK_MONOTONIC, &b) == 0);
	check((b.tv_sec - a.tv_sec) * 1000000000LL + b.tv_nsec - a.tv_nsec >= 20000000);
}

static void paths(void)
{
	char buf[PATH_MAX], *p, expect[PATH_MAX];

	check(mkdtemp(dir) && chdir(dir) == 0);
	check(getcwd(buf, sizeof(buf)) && !strcmp(buf, dir));
	check(getcwd(buf, 3) == NULL && errno == ERANGE);
	check(mkdir("a", 0755) == 0 && symlink("a/../a", "link") == 0 && symlink("loop", "loop") == 0);
	snprintf(expect, sizeof(expect), "%s/a", dir);
	p = realpath("./link/../link//.", NULL);
	check(p && !strcmp(p, expect));
	free(p);
	check(realpath("loop", buf) == NULL && errno == ELOOP);
	check(realpath("a/none", buf) == NULL && errno == ENOENT);
	check(realpath("/", buf) && !strcmp(buf, "/"));
}

static void users(void)
{
	struct passwd *pw = getpwuid(0);
	struct group *gr;

	check(pw && !strcmp(pw->pw_name, "root") && !strcmp(pw->pw_dir, "/root"));
	pw = getpwnam("no such user");
	check(pw == NULL);
	gr = getgrnam("tty");
	check(gr && gr->gr_gid == 5 && gr->gr_mem[0] == NULL);
}

static void fields(void)
{
	char text[] = "a::b:", *rest = text;

	check(!strcmp(strsep(&rest, ":"), "a") && !strcmp(strsep(&rest, ":"), ""));
	check(!strcmp(strsep(&rest, ":"), "b") && !strcmp(strsep(&rest, ":"), ""));
	check(strsep(&rest, ":") == NULL);
}

static void lines(void)
{
	FILE *fp = fopen("lines", "w+");
	char *line = NULL;
	size_t size = 0;

	check(fp && fputs("one\ntwo two\nthree", fp) >= 0);
	rewind(fp);
	check(getline(&line, &size, fp) == 4 && !strcmp(line, "one\n"));
	check(getdelim(&line, &size, ' ', fp) == 4 && !strcmp(line, "two "));
	check(getline(&line, &size, fp) == 4);
	check(getline(&line, &size, fp) == 5 && getline(&line, &size, fp) == -1);
	free(line);
	fclose(fp);
}

static int not_dot(const struct dirent *e)
{
	return e->d_name[0] != '.';
}

static void directories(void)
{
	struct dirent **list, *e;
	ino_t ino;
	long at;
	DIR *d;

	check(scandir(".", &list, not_dot, alphasort) == 4);
	check(!strcmp(list[0]->d_name, "a") && list[0]->d_type == DT_DIR);
	check(!strcmp(list[1]->d_name, "lines") && !strcmp(list[2]->d_name, "link"));
	d = opendir(".");
	check(d && readdir(d));
	at = telldir(d);
	e = readdir(d);
	check(e);
	ino = e->d_ino;
	seekdir(d, at);
	check(readdir(d)->d_ino == ino);
	check(closedir(d) == 0 && opendir("lines") == NULL && errno == ENOTDIR);
}

static void commands(void)
{
	char buf[32];
	FILE *fp;

	check(WEXITSTATUS(system("exit 3")) == 3 && system(NULL));
	fp = popen("echo out", "r");
	check(fp && fgets(buf, sizeof(buf), fp) && !strcmp(buf, "out\n") && pclose(fp) == 0);
	fp = popen("cat > piped", "w");
	check(fp && fputs("in", fp) >= 0 && pclose(fp) == 0);
	fp = fopen("piped", "r");
	check(fp && fgets(buf, sizeof(buf), fp) && !strcmp(buf, "in"));
	fclose(fp);
}

static sigjmp_buf env;

static void on_usr1(int sig)
{
	siglongjmp(env, sig);
}

static void jumps(void)
{
	sigset_t now;

	signal(SIGUSR1, on_usr1);
	if (sigsetjmp(env, 1) == 0)
		raise(SIGUSR1);
	sigprocmask(SIG_SETMASK, NULL, &now);
	check(!sigismember(&now, SIGUSR1));
}

static void mounts(void)
{
	FILE *fp = setmntent("/proc/mounts", "r");
	struct mntent *m;
	int proc = 0;

	check(fp);
	while ((m = getmntent(fp)))
		proc |= !strcmp(m->mnt_type, "proc") && !strcmp(m->mnt_dir, "/proc");
	endmntent(fp);
	check(proc);
}

int main(void)
{
	times_of_day();
	paths();
	users();
	fields();
	lines();
	directories();
	commands();
	jumps();
	mounts();
	check(unlink("lines") == 0 && unlink("link") == 0 && unlink("loop") == 0 && unlink("piped") == 0);
	check(remove("a") == 0 && chdir("/") == 0 && remove(dir) == 0);
	return 0;
}
