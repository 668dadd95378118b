/* SPDX-License-Identifier: MIT */
/* Start-up of fs/, between its own files. */
#ifndef FS_INIT_H
#define FS_INIT_H

void unpack_initramfs(void);
void drop_initramfs(void);
void anon_inode_init(void);
void proc_init(void);

#endif
