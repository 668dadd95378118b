/* SPDX-License-Identifier: MIT */
/*
 * The VFS: super_block, inode, dentry, file, mounts; what a file system implements
 * and what the rest of the kernel may call.  dcache.h and namei.h hold the parts
 * that only fs/ uses.
 *
 * References.  A file holds its dentry and mount; a positive dentry holds its
 * inode; a dentry holds its parent.  Unused dentries and inodes stay cached on an
 * LRU until a shrinker takes them.
 *
 * Locking.  inode->i_mutex: directory changes, truncation, write().  Order: parent before child;
 * two directories by s_rename_mutex then address.  i_mutex -> mmap_sem (a write's copy may fault),
 * so nothing takes i_mutex under mmap_sem.
 */
#ifndef QUIRE_FS_H
#define QUIRE_FS_H

#include <abi/fcntl.h>
#include <abi/stat.h>
#include <quire/list.h>
#include <quire/lock.h>
#include <quire/mutex.h>
#include <quire/pagemap.h>
#include <quire/rwsem.h>
#include <quire/types.h>
#include <quire/wait.h>

struct block_device;
struct dentry;
struct file;
struct iattr;
struct inode;
struct iovec;
struct kstat;
struct nameidata;
struct poll_table;
struct seq_file;
struct statfs64;
struct super_block;
struct vfsmount;
struct vm_area_struct;

#define NAME_MAX 255
#define PATH_MAX 4096

struct timespec64 {
	s64 tv_sec;
	s32 tv_nsec;
};

/* ---- file system types and mounts ---- */
struct file_system_type {
	const char *name;
	unsigned int fs_flags; /* FS_REQUIRES_DEV, FS_SINGLE */
	/* Fill a fresh super block (s_root set on success). data: mount options. => 0 or -errno */
	int (*fill_super)(struct super_block *sb, void *data, bool silent);
	struct list_head link;
};
#define FS_REQUIRES_DEV 1u
#define FS_SINGLE 2u /* one instance: proc, devpts */
int register_filesystem(struct file_system_type *fs);
/* A kernel-internal instance, seen by sync, in no directory: the block devices, pipes. ERR_PTR */
struct super_block *kern_mount(struct file_system_type *fs);

struct super_operations {
	struct inode *(*alloc_inode)(struct super_block *sb); /* NULL: a plain struct inode */
	void (*destroy_inode)(struct inode *inode);
	/* Fill a new inode (i_ino set) from the disk. => 0 or -errno */
	int (*read_inode)(struct inode *inode);
	int (*write_inode)(struct inode *inode, bool wait);
	void (*dirty_inode)(struct inode *inode);
	/* Link count and references are 0: free it on disk, then clear_inode. */
	void (*delete_inode)(struct inode *inode);
	void (*clear_inode)(struct inode *inode);
	void (*put_super)(struct super_block *sb);
	int (*sync_fs)(struct super_block *sb, bool wait); /* write super block and metadata */
	int (*statfs)(struct dentry *dentry, struct statfs64 *buf);
	int (*remount_fs)(struct super_block *sb, int *flags, char *data);
	int (*show_options)(struct seq_file *m, struct vfsmount *mnt);
};

struct super_block {
	struct list_head s_list; /* all super blocks: sb_lock */
	dev_t s_dev;
	unsigned long s_blocksize;
	unsigned char s_blocksize_bits;
	bool s_dirt;
	loff_t s_maxbytes;
	struct file_system_type *s_type;
	const struct super_operations *s_op;
	unsigned long s_flags; /* MS_RDONLY, ... */
	unsigned long s_magic;
	struct dentry *s_root;
	struct block_device *s_bdev;
	struct mutex s_rename_mutex;
	struct list_head s_inodes; /* inode_lock */
	struct list_head s_dirty;  /* dirty inodes, oldest at the tail: inode_lock */
	struct list_head s_io;	   /* being written */
	int s_active;		   /* mounts: sb_lock */
	int s_count;		   /* who may look at the structure, s_active as one: sb_lock */
	struct rw_semaphore s_umount; /* read: keeps s_root; write: unmounting */
	void *s_fs_info;
};

/* ---- inodes ---- */
struct inode_operations {
	int (*create)(struct inode *dir, struct dentry *dentry, int mode);
	/* d_add the result (or NULL inode: negative). => NULL, another dentry, or ERR_PTR */
	struct dentry *(*lookup)(struct inode *dir, struct dentry *dentry);
	int (*link)(struct dentry *old, struct inode *dir, struct dentry *dentry);
	int (*unlink)(struct inode *dir, struct dentry *dentry);
	int (*symlink)(struct inode *dir, struct dentry *dentry, const char *target);
	int (*mkdir)(struct inode *dir, struct dentry *dentry, int mode);
	int (*rmdir)(struct inode *dir, struct dentry *dentry);
	int (*mknod)(struct inode *dir, struct dentry *dentry, int mode, dev_t dev);
	int (*rename)(struct inode *old_dir, struct dentry *old, struct inode *new_dir,
		      struct dentry *new);
	/* A symlink without i_link: its text into a kernel buffer. => length */
	int (*readlink)(struct dentry *dentry, char *buf, int size);
	/* A "magic" link (/proc/PID/fd/N): set nd to the target. NULL: follow the text. */
	int (*follow_link)(struct dentry *dentry, struct nameidata *nd);
	void (*truncate)(struct inode *inode); /* i_size is the new size already */
	int (*permission)(struct inode *inode, int mask);
	int (*setattr)(struct dentry *dentry, struct iattr *attr);
	int (*getattr)(struct dentry *dentry, struct kstat *stat);
};

struct inode {
	struct hlist_node i_hash;	/* (sb, ino): inode_lock */
	struct list_head i_list;	/* sb's dirty list, or the unused LRU: inode_lock */
	struct list_head i_sb_list;
	struct list_head i_dentry;	/* aliases: dcache_lock */
	unsigned long i_ino;
	atomic_t i_count;
	unsigned long i_state;		/* I_*: inode_lock */
	umode_t i_mode;
	unsigned int i_nlink;
	uid_t i_uid;
	gid_t i_gid;
	dev_t i_rdev;
	loff_t i_size;			/* written under i_mutex */
	struct timespec64 i_atime, i_mtime, i_ctime;
	unsigned char i_blkbits;
	u64 i_blocks;			/* 512-byte units */
	u32 i_generation;
	unsigned long dirtied_when;
	struct mutex i_mutex;
	const struct inode_operations *i_op;
	const struct file_operations *i_fop;
	struct super_block *i_sb;
	struct address_space *i_mapping; /* &i_data, or the block device's */
	struct address_space i_data;
	union {
		struct pipe_inode_info *i_pipe;
		struct block_device *i_bdev;
		void *i_private;
	};
	const char *i_link;		/* a symlink's text, if the inode holds it in memory */
	struct file_lock *i_flock;
	int i_writecount;		/* writers > 0; deny-write (running text) < 0 */
};
#define I_DIRTY_SYNC 1u	     /* metadata */
#define I_DIRTY_PAGES 4u     /* its pages */
#define I_DIRTY (I_DIRTY_SYNC | I_DIRTY_PAGES)
#define I_LOCK 8u	     /* being read, written or freed */
#define I_FREEING 16u
#define I_NEW 64u
#define I_CLEAR 128u	     /* clear_inode is done: only the memory remains */
#define I_REFERENCED 256u    /* used since the shrinker last looked */
/* s_flags, beside MS_*: in memory only, so nothing is ever written back. */
#define SB_NO_WRITEBACK (1ul << 30)
/* Each hashed dentry is pinned by its file system: umount drops these pins first. */
#define SB_PINNED_DENTRIES (1ul << 29)

void inode_init_once(struct inode *inode); /* for a file system's own inode cache */
struct inode *new_inode(struct super_block *sb); /* count 1, not hashed; ERR: NULL */
struct inode *iget(struct super_block *sb, unsigned long ino); /* read if new; ERR_PTR */
void insert_inode_hash(struct inode *inode);
void remove_inode_hash(struct inode *inode);
void iput(struct inode *inode);
struct inode *igrab(struct inode *inode);
void clear_inode(struct inode *inode); /* pages gone, no more use */
void make_bad_inode(struct inode *inode);
bool is_bad_inode(struct inode *inode);
void __mark_inode_dirty(struct inode *inode, int flags);
#define mark_inode_dirty(inode) __mark_inode_dirty(inode, I_DIRTY_SYNC)
int write_inode_now(struct inode *inode, bool sync);
void init_special_inode(struct inode *inode, umode_t mode, dev_t rdev);
struct timespec64 current_fs_time(void);
bool atime_needs_update(const struct vfsmount *mnt, const struct inode *inode);
void touch_atime(struct vfsmount *mnt, struct dentry *dentry);
void file_update_time(struct file *file); /* mtime, ctime of a write */
static inline loff_t i_size_read(const struct inode *inode) { return inode->i_size; }
static inline void i_size_write(struct inode *inode, loff_t size) { inode->i_size = size; }

struct iattr {
	unsigned int ia_valid;
	umode_t ia_mode;
	uid_t ia_uid;
	gid_t ia_gid;
	loff_t ia_size;
	struct timespec64 ia_atime, ia_mtime, ia_ctime;
};
#define ATTR_MODE 1u
#define ATTR_UID 2u
#define ATTR_GID 4u
#define ATTR_SIZE 8u
#define ATTR_ATIME 16u
#define ATTR_MTIME 32u
#define ATTR_CTIME 64u
#define ATTR_ATIME_SET 128u
#define ATTR_MTIME_SET 256u
#define ATTR_FORCE 512u
int notify_change(struct dentry *dentry, struct iattr *attr); /* i_mutex held */
int inode_change_ok(struct inode *inode, struct iattr *attr);
int inode_setattr(struct inode *inode, struct iattr *attr); /* size: truncates */
int do_truncate(struct dentry *dentry, loff_t length);
/* A write by an ordinary user takes set-id bits away. i_mutex held. */
void file_remove_suid(struct file *file);

struct kstat {
	u64 ino;
	dev_t dev, rdev;
	umode_t mode;
	unsigned int nlink;
	uid_t uid;
	gid_t gid;
	loff_t size;
	struct timespec64 atime, mtime, ctime;
	unsigned long blksize;
	u64 blocks;
};
void generic_fillattr(struct inode *inode, struct kstat *stat);

/* ---- dentries ---- */
struct qstr {
	const char *name;
	unsigned int len, hash;
};
#define DNAME_INLINE_LEN 36
struct dentry {
	atomic_t d_count;
	unsigned int d_flags;
	struct inode *d_inode;		/* NULL: negative */
	struct hlist_node d_hash;	/* dcache_lock */
	struct dentry *d_parent;
	struct qstr d_name;
	struct list_head d_lru, d_child, d_subdirs, d_alias;
	const struct dentry_operations *d_op;
	struct super_block *d_sb;
	int d_mounted;
	char d_iname[DNAME_INLINE_LEN];
};
struct dentry_operations {
	int (*d_revalidate)(struct dentry *dentry); /* 0: stale */
	int (*d_delete)(const struct dentry *dentry); /* 1: do not keep when unused */
};
struct dentry *d_alloc(struct dentry *parent, const struct qstr *name);
struct dentry *d_alloc_root(struct inode *inode); /* takes the inode's reference */
struct dentry *d_alloc_name(struct dentry *parent, const char *name);
void d_instantiate(struct dentry *dentry, struct inode *inode); /* takes the reference */
void d_add(struct dentry *dentry, struct inode *inode);		/* and hashes */
void d_drop(struct dentry *dentry);
void d_delete(struct dentry *dentry);
void d_move(struct dentry *dentry, struct dentry *target);
struct dentry *dget(struct dentry *dentry);
void dput(struct dentry *dentry);
char *d_path(struct dentry *dentry, struct vfsmount *mnt, char *buf, int buflen);

/* ---- mounts and path walks ---- */
struct path {
	struct vfsmount *mnt;
	struct dentry *dentry;
};
void path_get(const struct path *path);
void path_put(const struct path *path);
/* Path walk; the result is referenced. flags LOOKUP_*.  name in kernel memory. */
#define LOOKUP_FOLLOW 1u
#define LOOKUP_DIRECTORY 2u
int kern_path(const char *name, unsigned int flags, struct path *path);
int user_path_at(int dfd, const char __user *name, unsigned int flags, struct path *path);
int inode_permission(struct inode *inode, int mask);
#define MAY_EXEC 1
#define MAY_WRITE 2
#define MAY_READ 4
/* A path from user space, copied into the kernel; a short one lies in the structure itself. */
#define FILENAME_SHORT 96
struct filename {
	char *name;
	char text[FILENAME_SHORT];
};
int getname(struct filename *f, const char __user *path); /* => 0 or -errno */
void putname(struct filename *f);

/* ---- open files ---- */
typedef int (*filldir_t)(void *buf, const char *name, int len, loff_t offset, u64 ino,
			 unsigned int type);
struct file_operations {
	loff_t (*llseek)(struct file *file, loff_t offset, int whence);
	ssize_t (*read)(struct file *file, char __user *buf, size_t count, loff_t *pos);
	ssize_t (*write)(struct file *file, const char __user *buf, size_t count, loff_t *pos);
	/* readv and writev in one piece, nr vectors (which it may change) of len bytes; NULL: one by one. */
	ssize_t (*rw_vector)(struct file *file, struct iovec *iov, unsigned long nr, size_t len, bool write);
	int (*readdir)(struct file *file, void *dirent, filldir_t filldir);
	unsigned int (*poll)(struct file *file, struct poll_table *wait);
	long (*ioctl)(struct file *file, unsigned int cmd, unsigned long arg);
	int (*mmap)(struct file *file, struct vm_area_struct *vma);
	int (*open)(struct inode *inode, struct file *file);
	int (*flush)(struct file *file);	      /* each close() */
	int (*release)(struct inode *inode, struct file *file); /* last close */
	int (*fsync)(struct file *file, bool datasync);
	int (*fasync)(int fd, struct file *file, int on);
};
struct file {
	atomic_t f_count;
	struct path f_path;
	const struct file_operations *f_op;
	unsigned int f_flags; /* O_* */
	unsigned int f_mode;  /* FMODE_* */
	loff_t f_pos;
	struct mutex f_pos_lock;
	struct address_space *f_mapping;
	struct file_ra_state f_ra;
	u32 f_wb_seq;	      /* f_mapping->wb_seq at open; see file_check_wb_error */
	void *private_data;
	pid_t f_owner;	      /* F_SETOWN */
	struct list_head f_list; /* tty->tty_files and such */
};
#define f_dentry f_path.dentry
#define f_vfsmnt f_path.mnt
#define FMODE_READ 1u
#define FMODE_WRITE 2u
#define FMODE_LSEEK 4u
#define FMODE_LOCKED_POS 16u /* who uses f_pos holds f_pos_lock: not for devices, whose users may sleep for long */
#define FMODE_PATH 8u /* O_PATH: names a place, can do nothing */
static inline struct inode *file_inode(const struct file *f) { return f->f_path.dentry->d_inode; }
static inline struct file *get_file(struct file *f) { atomic_inc(&f->f_count); return f; }
void fput(struct file *file);
struct file *filp_open(const char *name, int flags, int mode); /* kernel path; ERR_PTR */
struct file *dentry_open(const struct path *path, int flags);  /* takes own references */
int filp_close(struct file *file);
/* A file without a name: pipes, shm, sockets, ... (takes the inode's reference). */
struct file *alloc_anon_file(struct inode *inode, const char *name, unsigned int mode,
			     const struct file_operations *fops);
struct file *open_exec(const char *name);		       /* checks execute, denies writes */
void allow_write_access(struct file *file);
int deny_write_access(struct file *file);
/* Into kernel memory at an offset. => bytes or -errno */
ssize_t kernel_read(struct file *file, loff_t offset, void *buf, size_t count);
ssize_t kernel_write(struct file *file, loff_t offset, const void *buf, size_t count);
/* From file to file, at most to the end of in's page. => bytes, 0 at the end of in, or -errno */
ssize_t kernel_send(struct file *in, loff_t from, struct file *out, loff_t to, size_t count);
ssize_t vfs_read(struct file *file, char __user *buf, size_t count, loff_t *pos);
ssize_t vfs_write(struct file *file, const char __user *buf, size_t count, loff_t *pos);
int vfs_fsync(struct file *file, bool datasync);
int vfs_statfs(struct dentry *dentry, struct statfs64 *buf);
loff_t generic_file_llseek(struct file *file, loff_t offset, int whence);
loff_t no_llseek(struct file *file, loff_t offset, int whence);
int generic_file_open(struct inode *inode, struct file *file); /* EOVERFLOW without O_LARGEFILE */
ssize_t generic_read_dir(struct file *file, char __user *buf, size_t count, loff_t *pos); /* EISDIR */
/* write()'s checks: O_APPEND, RLIMIT_FSIZE, s_maxbytes. => 0 or -errno; may shorten *count */
int generic_write_checks(struct file *file, loff_t *pos, size_t *count);

/* ---- a task's files and directories (file_table.c, fs_struct.c) ---- */
struct fdtable_bits;
struct files_struct {
	atomic_t count;
	spinlock_t file_lock;
	unsigned int max_fds;
	struct file **fd;
	unsigned long *close_on_exec, *open_fds;
	unsigned int next_fd;
};
struct fs_struct {
	atomic_t count;
	spinlock_t lock;
	int umask;
	struct path root, pwd;
};
struct task_struct;
struct file *fget(unsigned int fd); /* referenced, or NULL */
/* For use within one system call, without a reference if it can be: give it back by fput_light. */
struct file *fget_light(unsigned int fd, bool *put);
static inline void fput_light(struct file *file, bool put) { if (put) fput(file); }
int get_unused_fd(unsigned int flags); /* O_CLOEXEC; => fd or -EMFILE */
void put_unused_fd(unsigned int fd);
/* Two, and their numbers to the user. => 0 or -EMFILE, -EFAULT: none is taken then */
int get_unused_fd_pair(unsigned int flags, int fd[2], int __user *fds);
void put_unused_fd_pair(const int fd[2]);
void fd_install(unsigned int fd, struct file *file);
int sys_close_fd(unsigned int fd);
int copy_files(unsigned long clone_flags, struct task_struct *t); /* fork */
int copy_fs(unsigned long clone_flags, struct task_struct *t);
void exit_files(struct task_struct *t);
void exit_fs(struct task_struct *t);
int unshare_files(void);	     /* exec: a private table */
void flush_old_files(struct files_struct *files); /* exec: close-on-exec */

/* ---- character and block special files ---- */
int register_chrdev(unsigned int major, const char *name, const struct file_operations *fops);
/* Make a node in devfs (which /dev mounts): called by drivers when a device appears. */
int devfs_create(const char *name, umode_t mode, dev_t dev); /* "ttyS0", "pts/0": S_IFCHR|0620 */
void devfs_remove(const char *name);

/* ---- start-up ---- */
void ext2_init(void);		   /* registers ext2; before prepare_namespace */
void vfs_init(void);		   /* caches, rootfs (tmpfs), the initramfs unpacked into it */
void prepare_namespace(void);	   /* mounts root= over it, or stays live; runs in the init task */
void vfs_sync_all(bool wait);	   /* sync(2) */
void vfs_shutdown(void);	   /* power-off: sync, remount everything read-only, clean marks */

#endif
