#!/bin/sh
# SPDX-License-Identifier: MIT
#
# The shell and the utilities at ordinary work: pipelines, redirection, globs, here documents, functions,
# background jobs, and some thirty utilities whose output is known.
#
# machine: mem=12 timeout=120

fail() {
	echo "failed: $*"
	exit 1
}

# is COMMAND EXPECTED: what COMMAND prints is EXPECTED
is() {
	got=$(eval "$1" 2>&1)
	[ "$got" = "$2" ] || fail "$1: got '$got', not '$2'"
}

dir=/tmp/utilities.$$
mkdir $dir && cd $dir || fail mkdir

# the shell
is 'echo a b c | tr a-z A-Z' 'A B C'
is 'echo $((6 * 7)) ${PWD##*/.} $(echo sub)' "42 $dir sub"
is 'for i in 3 1 2; do echo $i; done | sort | tr "\n" " "' '1 2 3 '
is 'f() { return 3; }; f; echo $?' 3
is '(exit 7); echo $?' 7
is 'cat <<X
one $((1 + 1))
X' 'one 2'
touch b.txt a.txt c.dat
is 'echo *.txt' 'a.txt b.txt'
is 'echo out > f; echo more >> f; wc -l < f' 2
is 'ls none 2>/dev/null || echo missing' missing
is 'sleep 0.1 & wait $!; echo $?' 0
is '/bin/sleep 100 & sleep 0.2; kill $!; wait $! 2>/dev/null; echo $?' 143
is "sh -c 'trap \"echo caught\" USR1; kill -USR1 \$\$; :'" caught
is 'case abc in a*) echo yes;; *) echo no;; esac' yes
is 'yes | head -n 3 | wc -l' 3

# the utilities
seq 1 200 > numbers
is 'sed -n "3p;\$p" numbers | paste -s -d, -' '3,200'
is "awk '{ s += \$1 } END { print s }' numbers" 20100
is 'grep -c 9 numbers' 38
is 'sort -rn numbers | head -n 1' 200
is 'head -n 5 numbers | tail -n 1' 5
is 'cut -c 1 numbers | sort | uniq -c | sort -rn | head -n 1 | awk "{ print \$2 }"' 1
is 'md5sum numbers | cut -d" " -f1' "$(cat numbers | md5sum | cut -d' ' -f1)"
is 'dd if=/dev/zero bs=1024 count=64 2>/dev/null | wc -c' 65536
is 'echo 2^100 | bc' 1267650600228229401496703205376
is 'printf "%05d|%s\n" 42 x' '00042|x'
is 'echo hello | od -An -tx1 | tr -d " "' 68656c6c6f0a
is 'echo hello | gzip | gunzip' hello
is 'expr 3 + 4' 7
mkdir -p tree/one/two && cp numbers tree/one/two/ && ln -s one/two/numbers tree/link
is 'find tree -type f' tree/one/two/numbers
is 'find . -name "n*" | sort | xargs -n 1 basename | uniq' numbers
tar -cf tree.tar tree && mv tree old && tar -xf tree.tar || fail tar
is 'diff -r tree old && echo same' same
echo changed > tree/one/two/numbers
diff -r tree old > /dev/null && fail 'diff saw nothing'
is 'cmp numbers old/link && echo equal' equal
is 'stat -c "%s %F" a.txt' '0 regular empty file'
chmod 640 a.txt
is 'stat -c %a a.txt' 640
is 'readlink old/link' one/two/numbers
is 'du -a old | wc -l' 5
is 'test -L old/link && test -d old && test ! -e none && echo right' right
is 'date -u -d @951825600 +%Y-%m-%dT%H:%M:%S' 2000-02-29T12:00:00
is 'basename $(dirname /a/b/c)' b
is 'ps -o pid | grep -cw $$' 1
is 'uname -m' i686
df / > /dev/null || fail df
free > /dev/null || fail free
uptime > /dev/null || fail uptime
mount > /dev/null || fail mount
dmesg > /dev/null || fail dmesg
top -b -n 1 > /dev/null || fail top

cd / && rm -r $dir && [ ! -e $dir ] || fail rm
exit 0
