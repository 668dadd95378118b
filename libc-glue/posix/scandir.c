/* SPDX-License-Identifier: MIT */
/* scandir.c: a directory as a sorted array. */
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

typedef int (*compare_fn)(const struct dirent **, const struct dirent **);

static int append(struct dirent ***list, size_t *count, const struct dirent *entry)
{
	struct dirent **grown = reallocarray(*list, *count + 1, sizeof(*grown));
	struct dirent *copy;

	if (!grown)
		return -1;
	*list = grown;
	copy = malloc(entry->d_reclen);
	if (!copy)
		return -1;
	memcpy(copy, entry, entry->d_reclen);
	grown[(*count)++] = copy;
	return 0;
}

int scandir(const char *path, struct dirent ***result, int (*select)(const struct dirent *),
	    compare_fn compare)
{
	struct dirent **list = NULL, *entry;
	size_t count = 0;
	DIR *dir = opendir(path);

	if (!dir)
		return -1;
	while ((entry = readdir(dir)))
		if ((!select || select(entry)) && append(&list, &count, entry) < 0)
			goto free_list;
	closedir(dir);
	if (compare && count)
		qsort(list, count, sizeof(*list), (int (*)(const void *, const void *))compare);
	*result = list;
	return count;

free_list:
	while (count)
		free(list[--count]);
	free(list);
	closedir(dir);
	errno = ENOMEM;
	return -1;
}

int alphasort(const struct dirent **a, const struct dirent **b)
{
	return strcoll((*a)->d_name, (*b)->d_name);
}

int versionsort(const struct dirent **a, const struct dirent **b)
{
	return strverscmp((*a)->d_name, (*b)->d_name);
}
