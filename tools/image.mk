# SPDX-License-Identifier: MIT
#
# What boots: the root tree, the disk image, the initramfs and the ISO; and `make run`, `make debug`.
#
# $(O)/user is a root tree that user.mk fills (target `user`: $(O)/user/bin, sbin, tests, ...); the
# files of user/etc become /etc. Both together are staged in $(O)/root, from which the images are made.

ROOT_MIB ?= 96
BLOCK	?= 4096
MEM	?= 64
SWAP	?= 64
GUI	?= 0
NEWDISK	?= 0
ROOTDIRS := bin sbin etc dev proc sys tmp root mnt home tests bench usr/bin usr/sbin usr/share var/tmp

disk: $(O)/disk.img ## the disk image, $(O)/disk.img (ROOT_MIB=, SWAP=, BLOCK= at its making)
iso: $(O)/quire.iso ## the hybrid ISO with GRUB, $(O)/quire.iso

# Staged anew when any file under $(O)/user or user/etc changed.
$(O)/root.stamp: $(shell find user/etc -type f 2>/dev/null) tools/image.mk FORCE | user setup
	$(Q)tools/stage $(O)/root $(O)/user user/etc -- $(ROOTDIRS)
	$(Q)tools/stage --stamp $@ $(O)/root

$(O)/disk.img: $(O)/root.stamp tools/mkdisk tools/pyquire/disk.py
	$(call say,DISK,$@)
	$(Q)tools/mkdisk -o $@ --tree $(O)/root --size $(ROOT_MIB) --swap $(SWAP) --block-size $(BLOCK)

$(O)/initramfs.cpio: $(O)/root.stamp tools/mkinitramfs tools/pyquire/cpio.py
	$(call say,CPIO,$@)
	$(Q)tools/mkinitramfs -o $@ $(addprefix --skip ,tests bench bin/tcc usr/include usr/lib) $(O)/root

# The test programs, a module of their own so that the live system stays small.
$(O)/tests.cpio: $(O)/root.stamp tools/mkinitramfs tools/pyquire/cpio.py
	$(call say,CPIO,$@)
	$(Q)tools/mkinitramfs -o $@ --only tests $(O)/root

$(O)/quire.iso: $(KERNEL) $(O)/initramfs.cpio $(O)/tests.cpio iso/grub.cfg tools/mkiso
	$(call say,ISO,$@)
	$(Q)tools/mkiso -o $@ --kernel $(KERNEL) --config iso/grub.cfg \
		--module $(O)/initramfs.cpio --module $(O)/tests.cpio

run: $(O)/quire.iso $(O)/disk.img ## boot the ISO to a shell in this terminal (MEM=64 SWAP=64 GUI=1 NEWDISK=1)
	$(Q)QUIRE_BUILD=$(O) tools/run --mem $(MEM) --swap $(SWAP) \
		$(if $(filter 1,$(GUI)),--gui) $(if $(filter 1,$(NEWDISK)),--new-disk)

debug: $(KERNEL) $(O)/disk.img $(O)/initramfs.cpio ## QEMU waits, gdb attaches with symbols and helpers
	$(Q)QUIRE_BUILD=$(O) tools/run --mem $(MEM) --kernel $(KERNEL) --gdb

.PHONY: disk iso run debug user
