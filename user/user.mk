# SPDX-License-Identifier: MIT
#
# User programs, into the root tree $(O)/user: user/NAME.c is /bin/NAME (or /sbin/NAME when it is in
# user_sbin), user/init/ is /sbin/init, user/tests/NAME.c is /tests/NAME, user/bench/NAME.c is
# /bench/NAME, linked with user/bench/lib/; user/bench/NAME.S is a program without any library.

user_sbin	:= swapon swapoff poweroff
user_progs	:= $(patsubst user/%.c,%,$(sort $(wildcard user/*.c)))
user_tests	:= $(patsubst user/tests/%.c,%,$(sort $(wildcard user/tests/*.c)))
user_scripts	:= $(patsubst user/tests/%,%,$(sort $(wildcard user/tests/*.sh)))
user_bench	:= $(patsubst user/bench/%.c,%,$(sort $(wildcard user/bench/*.c)))
bench_raw	:= $(patsubst user/bench/%.S,%,$(sort $(wildcard user/bench/*.S)))
bench_lib	:= $(sort $(wildcard user/bench/lib/*.c))
# The dynamically linked program of the bench, its loader and its library (libc6-i386-cross).
bench_hosted	:= $(addprefix lib/,true ld-linux.so.2 libc.so.6)
hosted_lib	:= /usr/i686-linux-gnu/lib
user_init	:= $(sort $(wildcard user/init/*.c))

USER_BINS := $(O)/user/sbin/init \
	$(foreach p,$(user_progs),$(O)/user/$(if $(filter $(p),$(user_sbin)),sbin,bin)/$(p)) \
	$(addprefix $(O)/user/tests/,$(user_tests) $(user_scripts) MACHINES) \
	$(addprefix $(O)/user/bench/,$(user_bench) $(bench_raw) $(bench_hosted))

USER_CFLAGS := -std=gnu11 -O2 -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes \
	-Wno-sign-compare -Wno-unused-parameter -Werror -D_GNU_SOURCE

include user/ports/ports.mk

user: $(USER_BINS) $(PORTS) $(O)/userobj/.links ## user programs, tests and third-party programs
.PHONY: user

user_cc = $(UCC) $(USER_CFLAGS) -MMD -MP -MF $(O)/userobj/$(@F).d -MT $@ -s -o $@ $(filter %.c,$^)

$(O)/userobj/.ready:
	$(Q)mkdir -p $(@D) $(addprefix $(O)/user/,bin sbin tests bench)
	$(Q)touch $@

$(O)/user/sbin/init: $(user_init) $(SYSROOT_READY) $(O)/userobj/.ready
	$(call say,UCC,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(UCC) $(USER_CFLAGS) -s -o $@ $(user_init)
$(O)/user/sbin/init: user/init/init.h

$(O)/user/bin/%: user/%.c $(SYSROOT_READY) $(O)/userobj/.ready
	$(call say,UCC,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(user_cc)

$(O)/user/sbin/%: user/%.c $(SYSROOT_READY) $(O)/userobj/.ready
	$(call say,UCC,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(user_cc)

$(O)/user/tests/%.sh: user/tests/%.sh
	$(call say,COPY,$@)
	$(Q)mkdir -p $(@D)
	$(Q)install -m 755 $< $@

# "NAME machine: WORDS", as each test's first comment has it: for selftest.
$(O)/user/tests/MACHINES: $(wildcard user/tests/*.c user/tests/*.sh)
	$(call say,LIST,$@)
	$(Q)mkdir -p $(@D)
	$(Q)grep -o '\bmachine: .*' $^ | sed 's,^user/tests/,,; s,\(\.c\)\?:, ,' > $@

# Tests keep their symbols, and touch memory as the source says.
$(O)/user/tests/%: user/tests/%.c $(SYSROOT_READY) $(O)/userobj/.ready
	$(call say,UCC,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(UCC) $(USER_CFLAGS) -Wno-array-bounds -fno-builtin-malloc -MMD -MP \
		-MF $(O)/userobj/tests-$(@F).d -MT $@ -o $@ $< -lm

$(O)/user/bench/%: user/bench/%.c $(bench_lib) $(SYSROOT_READY) $(O)/userobj/.ready
	$(call say,UCC,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(UCC) $(USER_CFLAGS) -MMD -MP -MF $(O)/userobj/bench-$(@F).d -MT $@ -o $@ $< $(bench_lib)

$(O)/user/bench/%: user/bench/%.S $(SYSROOT_READY) $(O)/userobj/.ready
	$(call say,UCC,$@)
	$(Q)$(UCC) -nostdlib -Wl,-z,noseparate-code -s -o $@ $<

$(O)/user/bench/lib/true: user/bench/hosted/true.c | setup
	$(call say,HOSTED,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CROSS)gcc -O2 -s -o $@ $< -Wl,--dynamic-linker=/bench/lib/ld-linux.so.2 \
		-Wl,-rpath,/bench/lib

$(O)/user/bench/lib/%: | setup
	$(call say,COPY,$@)
	$(Q)mkdir -p $(@D)
	$(Q)install -m 755 $(hosted_lib)/$* $@

-include $(wildcard $(O)/userobj/*.d)

# Other names of programs: busybox's applets, the shell, what poweroff is also called.
$(O)/userobj/.links: $(O)/user/bin/busybox user/user.mk
	$(call say,LINKS,$(O)/user)
	$(Q)mkdir -p $(addprefix $(O)/user/,bin sbin usr/bin usr/sbin)
	$(Q)while read -r path; do \
		case $$path in /usr/*) up=../../bin;; /bin/*) up=.;; *) up=../bin;; esac; \
		ln -sf $$up/busybox $(O)/user$$path; \
	done < $(ports_dir)/busybox/busybox.links
	$(Q)ln -sf mksh $(O)/user/bin/sh
	$(Q)for name in reboot halt; do ln -sf poweroff $(O)/user/sbin/$$name; done
	$(Q)touch $@
