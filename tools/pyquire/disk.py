# SPDX-License-Identifier: MIT
"""Raw disk images: an MBR with p1 ext2 (the root) and p2 swap.

Made by the host's own sfdisk, mke2fs, debugfs and mkswap, without privileges or loop devices, and
deterministic: the same tree and sizes give the same bytes (identifiers and times are fixed, all
files belong to root).
"""

import fcntl
import os
import shutil
import subprocess
import tempfile

SECTOR = 512
MIB = 1 << 20
ROOT_START = 1 * MIB  # where p1 starts: the customary alignment
DISK_ID = 0x51554952  # the signature in the MBR
ROOT_UUID = "51756972-6500-4000-8000-000000000001"
SWAP_UUID = "51756972-6500-4000-8000-000000000002"
EPOCH = 1704067200  # the time of everything in an image
FEATURES = "none,filetype,sparse_super,large_file,resize_inode,dir_index,ext_attr"
QEMU_LOCKS = (100, 200)  # first byte and number of those that QEMU locks (block/file-posix.c: RAW_LOCK_*)
SWAP_HEADER = 4096  # the first page of a swap area: all that mkswap writes


class DiskError(Exception):
    """A tool failed; the message has its output."""


def _tool(name):
    """Path of a system tool, which may lie outside an ordinary user's PATH."""
    path = os.environ.get("PATH", "") + ":/usr/sbin:/sbin"
    found = shutil.which(name, path=path)
    if not found:
        raise DiskError(f"{name} is missing: run tools/setup")
    return found


def _run(tool, *args, data=None):
    env = {**os.environ, "LC_ALL": "C", "E2FSPROGS_FAKE_TIME": str(EPOCH),
           "SOURCE_DATE_EPOCH": str(EPOCH), "MKE2FS_CONFIG": "/dev/null"}
    done = subprocess.run([_tool(tool), *map(str, args)], input=data, env=env,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode:
        raise DiskError(f"{tool} failed:\n{done.stdout}")
    return done.stdout


def write_mbr(image, root_bytes, swap_bytes):
    """Partition IMAGE and give it its size. p1 is the root; p2 is swap, if any is asked for."""
    with open(image, "r+b") as f:
        f.truncate(ROOT_START + root_bytes + swap_bytes)
    table = [f"label: dos\nlabel-id: {DISK_ID:#x}\nunit: sectors\n",
             f"start={ROOT_START // SECTOR}, size={root_bytes // SECTOR}, type=83, bootable\n"]
    if swap_bytes:
        start = (ROOT_START + root_bytes) // SECTOR
        table.append(f"start={start}, size={swap_bytes // SECTOR}, type=82\n")
    _run("sfdisk", "--quiet", "--no-reread", "--no-tell-kernel", image, data="".join(table))


def write_swap(image, offset, size):
    """Put an empty swap area of SIZE bytes at OFFSET of IMAGE."""
    with tempfile.NamedTemporaryFile(dir=os.path.dirname(image) or ".") as area:
        area.truncate(size)
        _run("mkswap", "--quiet", "--pagesize", 4096, "--uuid", SWAP_UUID, "--label", "QUIRESWAP",
             area.name)
        header = area.read(SWAP_HEADER)
    with open(image, "r+b") as f:
        f.seek(offset)
        f.write(header)


def make_ext2(image, offset, size, tree, block_size=4096):
    """Make an ext2 file system of SIZE bytes at OFFSET of IMAGE, filled from the directory TREE."""
    _run("mke2fs", "-q", "-F", "-t", "ext2", "-O", FEATURES, "-I", 128, "-b", block_size,
         "-i", 8192, "-m", 1, "-L", "QUIREROOT", "-U", ROOT_UUID, "-d", tree,
         "-E", f"offset={offset},hash_seed={ROOT_UUID},root_owner=0:0,nodiscard",
         image, f"{size // 1024}k")
    _normalise(image, offset, tree)


def _normalise(image, offset, tree):
    """mke2fs -d takes owners and times from the host: set them to root's and to EPOCH."""
    commands = []
    for folder, dirs, files in os.walk(tree):
        for name in ["", *dirs, *files]:
            if not name and folder != tree:
                continue
            guest = "/" + os.path.relpath(os.path.join(folder, name), tree)
            guest = "/" if guest == "/." else guest
            for field, value in (("uid", 0), ("gid", 0), ("atime", f"@{EPOCH}"),
                                 ("mtime", f"@{EPOCH}"), ("ctime", f"@{EPOCH}")):
                commands.append(f'set_inode_field "{guest}" {field} {value}\n')
    commands.append(f'set_inode_field "/lost+found" mtime @{EPOCH}\n')
    out = _run("debugfs", "-w", "-f", "-", f"{image}?offset={offset}", data="".join(commands))
    bad = [line for line in out.splitlines()
           if line and not line.startswith(("debugfs:", "debugfs "))]
    if bad:
        raise DiskError("debugfs: " + "\n".join(bad[:10]))


def make(image, tree, root_bytes, swap_bytes, block_size=4096):
    """A whole disk. IMAGE appears when it is complete."""
    part = f"{image}.part"
    with open(part, "wb"):
        pass
    try:
        write_mbr(part, root_bytes, swap_bytes)
        make_ext2(part, ROOT_START, root_bytes, tree, block_size)
        if swap_bytes:
            write_swap(part, ROOT_START + root_bytes, swap_bytes)
        os.replace(part, image)
    finally:
        if os.path.exists(part):
            os.unlink(part)


def partitions(image):
    """[(offset, size)] in bytes of the four primary partitions, (0, 0) where there is none."""
    with open(image, "rb") as f:
        mbr = f.read(SECTOR)
    if mbr[510:512] != b"\x55\xaa":
        raise DiskError(f"{image}: no partition table")
    entries = (mbr[446 + 16 * i: 462 + 16 * i] for i in range(4))
    return [tuple(SECTOR * int.from_bytes(e[at:at + 4], "little") for at in (8, 12))
            for e in entries]


def copy_sparse(source, target, length):
    """Copy the first LENGTH bytes of SOURCE over TARGET, leaving holes as holes."""
    with open(source, "rb") as src, open(target, "wb") as dst:
        dst.truncate(length)
        at = 0
        while at < length:
            try:
                at = os.lseek(src.fileno(), at, os.SEEK_DATA)
                end = min(os.lseek(src.fileno(), at, os.SEEK_HOLE), length)
            except OSError:  # nothing but a hole is left
                break
            while at < end:
                done = os.copy_file_range(src.fileno(), dst.fileno(), end - at, at, at)
                if done == 0:
                    raise DiskError(f"{source}: shorter than its partitions")
                at += done


def clone(source, target, swap_bytes):
    """A private copy TARGET of the standard disk SOURCE, with swap of the size asked for."""
    start, size = partitions(source)[0]
    copy_sparse(source, target, start + size)
    set_swap(target, swap_bytes)


def set_swap(image, swap_bytes):
    """Give IMAGE an empty swap partition of this size, or none; the root before it stays as it is."""
    start, size = partitions(image)[0]
    write_mbr(image, size, swap_bytes)
    if swap_bytes:
        write_swap(image, start + size, swap_bytes)


def in_use(image):
    """Does a QEMU run on IMAGE?  It holds read locks on some of these bytes."""
    with open(image, "r+b") as f:
        try:
            fcntl.lockf(f, fcntl.LOCK_EX | fcntl.LOCK_NB, QEMU_LOCKS[1], QEMU_LOCKS[0])
        except OSError:
            return True
    return False


def repair(image):
    """Have e2fsck repair what a run without power off left on the root; what it said, "" when all was well."""
    start, _ = partitions(image)[0]
    done = subprocess.run([_tool("e2fsck"), "-p", f"{image}?offset={start}"], stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, check=False)
    if done.returncode > 1:
        raise DiskError(f"e2fsck cannot repair {image}:\n{done.stdout}")
    return done.stdout if done.returncode else ""
