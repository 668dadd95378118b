#!/bin/sh
# SPDX-License-Identifier: MIT
# Swap files as a person makes them: mkswap, swapon by name, by priority and by /etc/fstab; swapoff -a finds them all,
# also one with a blank in its name.
#
# machine: mem=16 swap=0
# oracle: none, because Linux's root here is a RAM file system, which holds no swap file

fail() {
	echo "$1"
	cat /proc/swaps
	exit 1
}

make_area() {
	dd if=/dev/zero of="$1" bs=1024 count=400 2>/dev/null
	mkswap "$1" >/dev/null || fail "mkswap $1"
}

cd /root
make_area one
make_area 'two words'
swapon -p 7 one || fail "swapon one"
swapon 'two words' || fail "swapon two words"
swapon one 2>/dev/null && fail "one twice"
grep -q '^/root/one  *file.*396.*7$' /proc/swaps || fail "one is not listed"
grep -q '^/root/two\\040words ' /proc/swaps || fail "two words is not listed"
[ "$(free | awk '/Swap/ { print $2 }')" = 792 ] || fail "$(free)"
rm one 2>/dev/null && fail "a swap file was removed"
mount -o remount,ro / 2>/dev/null && fail "a file system with a swap file became read-only"
swapoff -a || fail "swapoff -a"
[ "$(wc -l </proc/swaps)" = 1 ] || fail "something stays"
mount -o remount,ro / && mount -o remount,rw / || fail "remount"
rm one 'two words' || fail "rm"
swapon one 2>/dev/null && fail "swapon of nothing"
exit 0
