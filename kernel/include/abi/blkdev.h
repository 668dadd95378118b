/* SPDX-License-Identifier: MIT */
/*
 * ioctl numbers of block devices, Linux's i386 values.
 */
#ifndef ABI_BLKDEV_H
#define ABI_BLKDEV_H

#define HDIO_GETGEO 0x0301	 /* struct hd_geometry */

#define BLKROGET 0x125e		 /* int * */
#define BLKRRPART 0x125f	 /* read the partition table again */
#define BLKGETSIZE 0x1260	 /* unsigned long *: 512-byte sectors */
#define BLKFLSBUF 0x1261	 /* write back and drop the cache */
#define BLKSSZGET 0x1268	 /* int *: sector size */
#define BLKBSZGET 0x80041270	 /* int *: block size of the cache */
#define BLKGETSIZE64 0x80041272	 /* u64 *: bytes */

struct hd_geometry {
	unsigned char heads;
	unsigned char sectors;
	unsigned short cylinders;
	unsigned long start; /* first sector on the whole disk */
};

#endif
