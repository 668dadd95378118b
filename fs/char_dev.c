/* SPDX-License-Identifier: MIT */
/*
 * Character devices: a table from major number to the driver's operations.
 *
 * Drivers register at boot and stay.  Opening a node replaces the file's operations by the driver's,
 * then calls its open, which looks at the minor number in inode->i_rdev.
 * Locking: chrdevs_lock (spin).
 */
#include <quire/err.h>
#include <quire/lock.h>
#include <quire/seq_file.h>
#include <quire/specfs.h>

#define MAX_CHRDEV 256u

static DEFINE_SPINLOCK(chrdevs_lock);
static struct {
	const char *name;
	const struct file_operations *fops;
} chrdevs[MAX_CHRDEV];

/* name must stay.  => 0, -EBUSY, -EINVAL */
int register_chrdev(unsigned int major, const char *name, const struct file_operations *fops)
{
	int err = 0;

	if (major == 0 || major >= MAX_CHRDEV)
		return -EINVAL;
	spin_lock(&chrdevs_lock);
	if (chrdevs[major].fops) {
		err = -EBUSY;
	} else {
		chrdevs[major].fops = fops;
		chrdevs[major].name = name;
	}
	spin_unlock(&chrdevs_lock);
	return err;
}

static int chrdev_open(struct inode *inode, struct file *file)
{
	unsigned int major = MAJOR(inode->i_rdev);
	const struct file_operations *fops = NULL;

	if (major < MAX_CHRDEV) {
		spin_lock(&chrdevs_lock);
		fops = chrdevs[major].fops;
		spin_unlock(&chrdevs_lock);
	}
	if (!fops)
		return -ENXIO;
	file->f_op = fops;
	return fops->open ? fops->open(inode, file) : 0;
}

const struct file_operations def_chr_fops = {
	.open = chrdev_open,
	.llseek = no_llseek,
};

int chrdevs_show(struct seq_file *m, void *v)
{
	unsigned int i;

	seq_puts(m, "Character devices:\n");
	for (i = 1; i < MAX_CHRDEV; i++)
		if (chrdevs[i].name)
			seq_printf(m, "%3u %s\n", i, chrdevs[i].name);
	return 0;
}
