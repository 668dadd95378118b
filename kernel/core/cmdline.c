/* SPDX-License-Identifier: MIT */
/*
 * The kernel's command line: split into words (double quotes keep blanks), each word looked up
 * among the options that the modules declared. What nobody knows goes to init, as on Linux:
 * NAME=value to its environment, other words to its arguments; all after "--" too. A word with a
 * '.' before its '=' is meant for a module we do not have, and is only reported.
 */
#include <quire/cmdline.h>
#include <quire/errno.h>
#include <quire/printk.h>
#include <quire/string.h>

extern const struct boot_option _boot_options_start[], _boot_options_end[];
extern const struct boot_option _boot_options_early_start[], _boot_options_early_end[];

char boot_command_line[CMDLINE_MAX];
const char *init_argv[INIT_ARGS_MAX + 2];
const char *init_envp[INIT_ARGS_MAX + 2];

/* Option functions may keep pointers into these copies: they live for ever. */
static char early_words[CMDLINE_MAX], late_words[CMDLINE_MAX];
static unsigned int nr_args = 1, nr_envs;

/* The next word of *s, NUL-terminated in place with its quotes removed; NULL at the end. */
static char *next_word(char **s)
{
	char *p = skip_spaces(*s), *word = p, *to = p;
	bool quoted = false;

	if (!*p)
		return NULL;
	for (; *p && (quoted || !isspace((u8)*p)); p++) {
		if (*p == '"')
			quoted = !quoted;
		else
			*to++ = *p;
	}
	*s = *p ? p + 1 : p;
	*to = '\0';
	return word;
}

/* Does the word give this option? => its value, or NULL. */
static const char *option_value(const struct boot_option *opt, const char *word)
{
	size_t n = strlen(opt->name);

	if (opt->name[n - 1] == '=')
		return strncmp(word, opt->name, n) ? NULL : word + n;
	return strcmp(word, opt->name) ? NULL : "";
}

static bool try_options(const struct boot_option *from, const struct boot_option *to, const char *word,
			bool run)
{
	for (const struct boot_option *opt = from; opt < to; opt++) {
		const char *value = option_value(opt, word);

		if (!value)
			continue;
		if (run && opt->fn(value) < 0)
			pr_err("boot option %s: bad value\n", word);
		return true;
	}
	return false;
}

void cmdline_parse_early(void)
{
	char *s = early_words, *word;

	strlcpy(early_words, boot_command_line, sizeof(early_words));
	while ((word = next_word(&s)) && strcmp(word, "--"))
		try_options(_boot_options_early_start, _boot_options_early_end, word, true);
}

static void give_to_init(const char *word)
{
	const char *eq = strchr(word, '=');

	if (eq && memchr(word, '.', (size_t)(eq - word))) {
		pr_notice("unknown boot option %s\n", word);
		return;
	}
	if (eq ? nr_envs == INIT_ARGS_MAX : nr_args == INIT_ARGS_MAX) {
		pr_err("too many boot options for init, %s is lost\n", word);
		return;
	}
	pr_notice("unknown boot option %s: given to init\n", word);
	if (eq)
		init_envp[nr_envs++] = word;
	else
		init_argv[nr_args++] = word;
}

void cmdline_parse(void)
{
	char *s = late_words, *word;
	bool for_init = false;

	strlcpy(late_words, boot_command_line, sizeof(late_words));
	while ((word = next_word(&s))) {
		if (!for_init && !strcmp(word, "--")) {
			for_init = true;
			continue;
		}
		if (for_init && nr_args < INIT_ARGS_MAX)
			init_argv[nr_args++] = word;
		else if (!try_options(_boot_options_early_start, _boot_options_early_end, word, false) &&
			 !try_options(_boot_options_start, _boot_options_end, word, true))
			give_to_init(word);
	}
}

int cmdline_uint(const char *value, unsigned int *out)
{
	return kstrtouint(value, 0, out);
}

int cmdline_size(const char *value, unsigned long *out)
{
	const char *end;
	u64 size = memparse(value, &end);

	if (end == value || *end)
		return -EINVAL;
	*out = size > ULONG_MAX ? ULONG_MAX : (unsigned long)size;
	return 0;
}
