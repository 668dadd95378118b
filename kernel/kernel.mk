# SPDX-License-Identifier: MIT
#
# The kernel: every .c and .S under kernel/ and fs/, linked into $(O)/quire (DEBUG=1: $(O)/quire-debug).
# A new file needs no line here.
#
# The symbol table for backtraces takes three links: with an empty table, with one of the final size
# (which may move what lies behind it), and with the final addresses.

KO	:= $(O)/$(if $(filter 1,$(DEBUG)),debug-kernel,kernel-obj)
KERNEL	:= $(O)/$(if $(filter 1,$(DEBUG)),quire-debug,quire)

VDSODIR	:= kernel/arch/i386/vdso
KSRC	:= $(sort $(shell find kernel fs -path $(VDSODIR) -prune -o -name '*.[cS]' -print 2>/dev/null))
KOBJ	:= $(addsuffix .o,$(addprefix $(KO)/,$(KSRC)))
KLDS	:= kernel/arch/i386/kernel.ld
KGCCINC	 = $(shell $(CROSS)gcc -print-file-name=include)

KCPPFLAGS = -nostdinc -isystem $(KGCCINC) -D_LIBC_LIMITS_H_ -D__KERNEL__ \
	-Ikernel/include -Ikernel/arch/i386/include $(if $(filter 1,$(DEBUG)),-DCONFIG_DEBUG=1)
# Structures of a few words are copied and cleared four words a turn, longer ones by rep.
KBLOCKS	:= unrolled_loop:256:noalign,rep_4byte:-1:noalign
KCFLAGS	:= -std=gnu11 -ffreestanding -mgeneral-regs-only -march=i686 -O2 -g \
	-mregparm=3 -mpreferred-stack-boundary=2 -momit-leaf-frame-pointer \
	-mmemcpy-strategy=$(KBLOCKS) -mmemset-strategy=$(KBLOCKS) \
	-fno-pic -fno-pie -fno-stack-protector -fcf-protection=none \
	-fno-asynchronous-unwind-tables -fno-strict-aliasing -fno-omit-frame-pointer -fno-common \
	-ffile-prefix-map=$(CURDIR)/=
KWARN	:= -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wvla -Wundef \
	-Wno-unused-parameter -Wno-sign-compare -Werror
KASFLAGS := -march=i686 -g -fno-pic -D__ASSEMBLY__ -ffile-prefix-map=$(CURDIR)/=
KLDFLAGS := -m elf_i386 -nostdlib -static -z noexecstack -z max-page-size=4096 \
	--build-id=none --no-warn-rwx-segments -T $(KLDS)

kernel: $(KERNEL) compile_commands.json ## the kernel, $(O)/quire

$(KO)/%.c.o: %.c $(KO)/flags
	$(call say,CC,$<)
	$(Q)mkdir -p $(@D)
	$(Q)$(CROSS)gcc $(KCPPFLAGS) $(KCFLAGS) $(KWARN) -MD -MP -c $< -o $@

$(KO)/%.S.o: %.S $(KO)/flags
	$(call say,AS,$<)
	$(Q)mkdir -p $(@D)
	$(Q)$(CROSS)gcc $(KCPPFLAGS) $(KASFLAGS) -MD -MP -c $< -o $@

# The code for programs is linked twice, each time as a shared object, and included in vdso_images.S.
VDSOS	:= $(KO)/vdso-int80.so $(KO)/vdso-sysenter.so
VDSOLD	:= -m elf_i386 -shared -soname linux-gate.so.1 --hash-style=both --eh-frame-hdr -z noexecstack \
	-z max-page-size=4096 --build-id=none -s

$(VDSOS): $(KO)/vdso-%.so: $(VDSODIR)/vdso.S $(VDSODIR)/vdso.ld kernel/arch/i386/include/arch/vdso.h $(KO)/flags
	$(call say,LD,$@)
	$(Q)$(CROSS)gcc $(KCPPFLAGS) $(KASFLAGS) $(if $(filter sysenter,$*),-DVDSO_SYSENTER) \
		-c $(VDSODIR)/vdso.S -o $(@:.so=.o)
	$(Q)$(CROSS)gcc $(KCPPFLAGS) $(KASFLAGS) -E -P -x assembler-with-cpp $(VDSODIR)/vdso.ld -o $(@:.so=.ld)
	$(Q)$(CROSS)ld $(VDSOLD) -T $(@:.so=.ld) $(@:.so=.o) -o $@

$(KO)/kernel/arch/i386/vdso_images.S.o: $(VDSOS)
$(KO)/kernel/arch/i386/vdso_images.S.o: KASFLAGS += -Wa,-I$(KO)

$(KO)/kernel/core/spinlock.c.o: KCFLAGS += -fomit-frame-pointer

# On a fresh machine the compiler comes first.
$(KOBJ) $(KO)/flags: | setup

# A change of flags rebuilds everything: the file changes only when its text does.
$(KO)/flags: FORCE
	$(Q)mkdir -p $(@D)
	$(Q)echo '$(CROSS) $(KCPPFLAGS) $(KCFLAGS) $(KWARN) $(KASFLAGS)' | cmp -s - $@ || \
		echo '$(CROSS) $(KCPPFLAGS) $(KCFLAGS) $(KWARN) $(KASFLAGS)' > $@

# Names of the objects, so that a removed source relinks.
$(KO)/objects: FORCE
	$(Q)mkdir -p $(@D)
	$(Q)echo '$(KOBJ)' | cmp -s - $@ || echo '$(KOBJ)' > $@

# $(call kpass,N,[IMAGE]): the table of IMAGE (none: an empty one) as an object, then link with it.
kpass	= tools/mksyms --nm '$(CROSS)nm' -o $(KO)/ksyms$(1).S $(2) && \
	$(CROSS)gcc -c $(KO)/ksyms$(1).S -o $(KO)/ksyms$(1).o && \
	$(CROSS)ld $(KLDFLAGS) $(KOBJ) $(KO)/ksyms$(1).o -o $(KO)/pass$(1)

$(KERNEL).elf: $(KOBJ) $(KO)/objects $(KLDS) tools/mksyms
	$(call say,LD,$@)
	$(Q)$(call kpass,0)
	$(Q)$(call kpass,1,$(KO)/pass0)
	$(Q)$(call kpass,2,$(KO)/pass1)
	$(Q)tools/mksyms --nm '$(CROSS)nm' --check $(KO)/pass1 $(KO)/pass2
	$(Q)mv $(KO)/pass2 $@

# What boots. The debugging information stays in $(KERNEL).elf, which gdb reads.
$(KERNEL): $(KERNEL).elf
	$(call say,STRIP,$@)
	$(Q)$(CROSS)objcopy --strip-all $< $@

# For editors: one entry a source file.
compile_commands.json: $(KO)/objects
	$(Q)tools/compile-commands '$(CROSS)gcc $(KCPPFLAGS) $(KCFLAGS) $(KWARN)' $(filter %.c,$(KSRC)) > $@

-include $(KOBJ:.o=.d)

FORCE:
.PHONY: kernel FORCE
