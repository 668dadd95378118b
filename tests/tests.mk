# SPDX-License-Identifier: MIT
#
# The tests: what they need, and `make test`, `make check`. tests/README.md says what goes where.
#
# tests/unit/test_NAME.c is a host program with cmocka. Its first comment has lines
# ` * links: kernel/lib/x.c ...`: the kernel's sources it is linked with, compiled for the host; and may
# have ` * flags: -DX`, for all of them. What a test does not use of them is left out, with what that needs.

UNITS	:= $(patsubst tests/unit/%.c,$(O)/unit/%,$(wildcard tests/unit/test_*.c))
HOSTCC	?= gcc
UNITFLAGS := -std=gnu11 -g -O1 -fno-builtin -DQUIRE_HOST -Itests/unit/include -Ikernel/include \
	-Ikernel/arch/i386/include -Ikernel/mm -fno-omit-frame-pointer \
	-fsanitize=address,undefined -fno-sanitize-recover=all \
	-ffunction-sections -Wl,--gc-sections \
	-Wall -Wextra -Wno-unused-parameter -Wno-sign-compare \
	-Wno-builtin-declaration-mismatch -Werror
unit_links = $(shell sed -n 's/^ \* links: *//p' tests/unit/$(1).c)
unit_flags = $(shell sed -n 's/^ \* flags: *//p' tests/unit/$(1).c)

unit: $(UNITS)

.SECONDEXPANSION:
$(O)/unit/%: tests/unit/%.c $$(call unit_links,$$*) | setup
	$(call say,HOSTCC,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(HOSTCC) $(UNITFLAGS) $(call unit_flags,$*) -MD -MF $@.d $< $(call unit_links,$*) -o $@ -lcmocka

-include $(UNITS:=.d)

# The oracle: Linux, with Quire's own root tree on it.
$(O)/oracle/packages/ready: tests/oracle/fetch | setup
	$(call say,FETCH,linux for i386)
	$(Q)mkdir -p $(@D)
	$(Q)tests/oracle/fetch $(@D)
	$(Q)touch $@

$(O)/oracle/initrd.cpio: $(O)/oracle/packages/ready $(O)/root.stamp tests/oracle/mkoracle
	$(call say,CPIO,$@)
	$(Q)tests/oracle/mkoracle -o $(O)/oracle --packages $(O)/oracle/packages --root $(O)/root

# Debian's own programs, on Quire's disk.
$(O)/debian/packages/ready: tests/debian/fetch | setup
	$(call say,FETCH,debian for i386)
	$(Q)mkdir -p $(@D)
	$(Q)tests/debian/fetch $(@D)
	$(Q)touch $@

$(O)/debian.img: $(O)/debian/packages/ready $(O)/root.stamp tests/debian/mkimage
	$(call say,DISK,$@)
	$(Q)tests/debian/mkimage -o $@ --packages $(O)/debian/packages --root $(O)/root

# Both kernels, in one make: the other build is a make of its own, for the variable DEBUG.
both-kernels: $(KERNEL)
	$(Q)$(MAKE) --no-print-directory $(if $(filter 1,$(DEBUG)),DEBUG=0,DEBUG=1) kernel

TESTJOBS ?= 2
test-needs: both-kernels unit $(O)/quire.iso $(O)/disk.img $(O)/oracle/initrd.cpio $(O)/debian.img
test: test-needs ## all tests: three rings and whole systems (TESTJOBS=2 ONLY=text)
	$(Q)QUIRE_BUILD=$(abspath $(O)) tests/run --jobs $(TESTJOBS) $(if $(ONLY),--only $(ONLY))

check: $(KERNEL) unit ## the host tests and one boot, in a minute
	$(Q)QUIRE_BUILD=$(abspath $(O)) tests/run --jobs $(TESTJOBS) --quick

test-mutations: test-needs ## break each mechanism and see its test fail (tests/mutations/)
	$(Q)QUIRE_BUILD=$(abspath $(O)) tests/mutations/run

TORTURE_SECONDS ?= 1800
torture: $(KERNEL) $(O)/disk.img ## half an hour of everything at once on 16 MiB, audited (TORTURE_SECONDS=1800)
	$(Q)QUIRE_BUILD=$(abspath $(O)) tools/qrun -m 16 --swap 64 --kernel $(KERNEL) --audit --leaks \
		--timeout $$(($(TORTURE_SECONDS) + 600)) -- /tests/torture $(TORTURE_SECONDS)

.PHONY: unit both-kernels test check test-mutations test-needs torture
