# SPDX-License-Identifier: MIT
#
# Third-party programs, built from Debian's source packages with Quire's toolchain. Nothing of theirs
# is in this repository but their configuration.
#
# Each port leaves its programs in $(O)/user/bin; $(PORTS) names them.

ports_dir	:= $(O)/ports
PORTS_SUITE	:= trixie
PORTS		:= $(addprefix $(O)/user/bin/,mksh busybox)

.PHONY: ports
ports: $(PORTS) ## third-party programs: mksh and busybox

# $(call fetch_source,PACKAGE): download its source archive once, and link PACKAGE.orig to it.
define fetch_source
$(DL)/$(1).orig: | tools/toolchain/fetch
	$$(call say,FETCH,$(1))
	$$(Q)tools/toolchain/fetch src $$(PORTS_SUITE) $(1) $$(DL)
	$$(Q)ln -s $$$$(cd $$(DL) && ls $(1)_*.orig.tar.* | grep -v '\.asc$$$$' | tail -n 1) $$@

$(ports_dir)/$(1)/.unpacked: $(DL)/$(1).orig
	$$(call say,UNPACK,$(1))
	$$(Q)rm -rf $$(@D)
	$$(Q)mkdir -p $$(@D)
	$$(Q)tar -x -f $$< -C $$(@D) --strip-components=1
	$$(Q)touch $$@
endef

$(eval $(call fetch_source,mksh))
$(eval $(call fetch_source,busybox))

# --- mksh: the shell ----------------------------------------------------------------------------

$(O)/user/bin/mksh: $(ports_dir)/mksh/.unpacked $(SYSROOT_READY)
	$(call say,PORT,$@)
	$(Q)mkdir -p $(@D)
	$(Q)cd $(ports_dir)/mksh && rm -f mksh && \
		CC=$(UCC) TARGET_OS=Linux CFLAGS='-Os' sh Build.sh -r > build.log 2>&1 || \
		{ tail -n 20 build.log; exit 1; }
	$(Q)$(CROSS)strip -o $@ $(ports_dir)/mksh/mksh

# --- busybox: the utilities ---------------------------------------------------------------------

busybox_dir	:= $(ports_dir)/busybox
# Busybox asks for Linux where it means its system calls, which are Quire's.
busybox_make	:= MAKEFLAGS= $(MAKE) -C $(busybox_dir) CROSS_COMPILE=$(tooldir)/i686-quire- \
	EXTRA_CFLAGS=-D__linux__=1 SKIP_STRIP=y

$(busybox_dir)/.configured: user/ports/busybox/off $(busybox_dir)/.unpacked
	$(call say,CONFIG,busybox)
	$(Q)$(busybox_make) defconfig > $(busybox_dir)/config.log 2>&1 < /dev/null
	$(Q)for symbol in $$(grep -v '^#' $<); do echo "s/^CONFIG_$$symbol=y/# CONFIG_$$symbol is not set/"; \
		done | sed -i -f - $(busybox_dir)/.config
	$(Q)yes '' | $(busybox_make) oldconfig >> $(busybox_dir)/config.log 2>&1
	$(Q)touch $@

$(O)/user/bin/busybox: $(busybox_dir)/.configured $(SYSROOT_READY)
	$(call say,PORT,$@)
	$(Q)mkdir -p $(@D)
	$(Q)touch $(busybox_dir)/include/libbb.h
	$(Q)$(busybox_make) -j$(J) busybox busybox.links > $(busybox_dir)/build.log 2>&1 || \
		{ grep -E 'error|undefined' $(busybox_dir)/build.log; exit 1; }
	$(Q)$(CROSS)strip -o $@ $(busybox_dir)/busybox
