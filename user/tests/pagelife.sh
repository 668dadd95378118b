#!/bin/sh
# SPDX-License-Identifier: MIT
# pagelife as a person types it: wrong arguments are told at once; a page that is in memory already is followed through
# swap and back to its end; whoever interrupts it gets the story so far, and nothing stays armed.
#
# machine: mem=16 swap=64 timeout=120
# oracle: none, because only Quire traces pages

story=/tmp/pagelife.story

fail() {
	echo "$1"
	cat $story
	kill $sleeper $watcher 2>/dev/null
	umount /tmp/big 2>/dev/null
	exit 1
}

# wrong STATUS ARGS...
wrong() {
	want=$1
	shift
	timeout 5 pagelife "$@" >$story 2>&1
	[ $? = "$want" ] || fail "pagelife $*"
}

# a quarter more than there is, in a tmpfs
more_than_memory() {
	kib=$(awk '/MemTotal/ { print int($2 * 5 / 4) }' /proc/meminfo)
	mkdir /tmp/big && mount -t tmpfs -o size=${kib}k big /tmp/big || fail "mount"
	dd if=/dev/zero of=/tmp/big/file bs=1024 count="$kib" 2>/dev/null || fail "dd"
	umount /tmp/big && rmdir /tmp/big || fail "umount"
}

wrong 2
wrong 2 -a 0x1 /bin/true
wrong 2 -a 0xffffffff /bin/true
wrong 2 -a 8048x /bin/true
wrong 2 -p abc -a 0x8048000
wrong 2 -p 1
wrong 2 -p 1 -a 0xc0000000
wrong 2 -p 1 -a 0x8048000 -t soon
wrong 1 -p 99999 -a 0x8048000
grep -q 'process 99999: No such process' $story || fail "no process"
wrong 1 -p 2 -a 0x8048000 # a thread of the kernel
wrong 127 /none
wrong 126 /etc/passwd

sleep 1000 &
sleeper=$!
sleep 0.5
place=0x$(sed -n '/heap/s/-.*//p' /proc/$sleeper/maps | head -n 1)
pagelife -p $sleeper -a "$place" -t 100 >$story 2>&1 &
watcher=$!
sleep 0.5
more_than_memory
kill $sleeper
sleep 0.5
kill -INT $watcher 2>/dev/null || fail "pagelife has ended"
wait $watcher
for event in swap_out slot_alloc writepage reclaim slot_free; do
	grep -q " $event " $story || fail "no $event"
done
grep -q '^[1-9][0-9]* events$' $story || fail "no end"
grep '^+' /proc/trace_events && fail "still armed"
exit 0
