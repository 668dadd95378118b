# SPDX-License-Identifier: MIT
#
# Third-party programs, built from Debian's source packages with Quire's toolchain. Nothing of theirs
# is in this repository but their configuration.
#
# Each port leaves its programs in $(O)/user/bin; $(PORTS) names them.

ports_dir	:= $(O)/ports
PORTS_SUITE	:= trixie
PORTS		:= $(addprefix $(O)/user/bin/,mksh busybox tcc)

.PHONY: ports
ports: $(PORTS) ## third-party programs: mksh, busybox, tcc

# $(call fetch_source,PACKAGE,DEPTH): download its source archive once, and link PACKAGE.orig to it.
# DEPTH: how many folders the archive puts around the sources, 1 unless told.
define fetch_source
$(DL)/$(1).orig: | tools/toolchain/fetch
	$$(call say,FETCH,$(1))
	$$(Q)tools/toolchain/fetch src $$(PORTS_SUITE) $(1) $$(DL)
	$$(Q)ln -s $$$$(cd $$(DL) && ls $(1)_*.orig.tar.* | grep -v '\.asc$$$$' | tail -n 1) $$@

$(ports_dir)/$(1)/.unpacked: $(DL)/$(1).orig
	$$(call say,UNPACK,$(1))
	$$(Q)rm -rf $$(@D)
	$$(Q)mkdir -p $$(@D)
	$$(Q)tar -x -f $$< -C $$(@D) --strip-components=$(or $(2),1)
	$$(Q)touch $$@
endef

$(eval $(call fetch_source,mksh))
$(eval $(call fetch_source,busybox))
$(eval $(call fetch_source,tcc,0))

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
	$(Q)yes '' 2> /dev/null | $(busybox_make) oldconfig >> $(busybox_dir)/config.log 2>&1
	$(Q)touch $@

$(O)/user/bin/busybox: $(busybox_dir)/.configured $(SYSROOT_READY)
	$(call say,PORT,$@)
	$(Q)mkdir -p $(@D)
	$(Q)touch $(busybox_dir)/include/libbb.h
	$(Q)$(busybox_make) -j$(J) busybox busybox.links > $(busybox_dir)/build.log 2>&1 || \
		{ grep -E 'error|undefined' $(busybox_dir)/build.log; exit 1; }
	$(Q)$(CROSS)strip -o $@ $(busybox_dir)/busybox

# --- tcc: a C compiler, with what it needs to compile and link on Quire -------------------------

tcc_dir	:= $(ports_dir)/tcc
tcc_lib	:= $(O)/user/usr/lib
# What newlib, compiled by gcc, wants of gcc's library and tcc's does not have.
tcc_libgcc := _udivmoddi4.o _divmoddi4.o
# newlib's headers come after those that Quire lays over them (#include_next).
tcc_flags := -O2 -w -isystem user/ports/tcc -I$(tcc_dir) -DONE_SOURCE=1 -DCONFIG_TCC_STATIC \
	-DTCC_TARGET_I386 -DTCC_VERSION='"0.9.27"' -DCONFIG_TCCDIR='"/usr/lib/tcc"' \
	-DCONFIG_TCC_SYSINCLUDEPATHS='"{B}/include:/usr/include:/usr/include/newlib"' \
	-DCONFIG_TCC_LIBPATHS='"/usr/lib"' -DCONFIG_TCC_CRTPREFIX='"/usr/lib"'

# Programs are static here, so tcc links that way unless it is told otherwise. Its stddef.h defines
# the fixed-width types too, with a guard that newlib's headers define to something else.
$(tcc_dir)/.configured: $(tcc_dir)/.unpacked
	$(call say,CONFIG,tcc)
	$(Q)sed -i 's/^    s->nocommon = 1;/&\n    s->static_link = 1;/' $(tcc_dir)/libtcc.c
	$(Q)grep -q '^    s->static_link = 1;' $(tcc_dir)/libtcc.c
	$(Q)sed -i 's/^#define __int8_t_defined$$/& 1/' $(tcc_dir)/include/stddef.h
	$(Q)grep -q '^#define __int8_t_defined 1' $(tcc_dir)/include/stddef.h
	$(Q): > $(tcc_dir)/config.h
	$(Q)touch $@

$(O)/user/bin/tcc: $(tcc_dir)/.configured user/ports/tcc/semaphore.h $(tcc_lib)/tcc/libtcc1.a
	$(call say,PORT,$@)
	$(Q)$(UCC) $(tcc_flags) -s -o $@ $(tcc_dir)/tcc.c

$(tcc_lib)/tcc/libtcc1.a: $(tcc_dir)/.configured $(SYSROOT_READY)
	$(call say,PORT,$@)
	$(Q)rm -rf $(O)/user/usr/include $(tcc_lib)
	$(Q)mkdir -p $(@D) $(O)/user/usr/include/newlib
	$(Q)cp -R $(tcc_dir)/include $(@D)/
	$(Q)cp -R $(SYSROOT)/i686-quire-elf/include/. $(O)/user/usr/include/newlib/
	$(Q)cp -R $(SYSROOT)/include/. $(O)/user/usr/include/
	$(Q)cp $(SYSROOT)/lib/crt0.o $(tcc_lib)/crt1.o
	$(Q)for name in crti crtn; do $(CROSS)as -o $(tcc_lib)/$$name.o /dev/null; done
	$(Q)cp $(SYSROOT)/i686-quire-elf/lib/libm.a $(tcc_lib)/
	$(Q)cd $(tcc_dir) && $(CROSS)ar x $$($(CROSS)gcc -print-libgcc-file-name) $(tcc_libgcc)
	$(Q)(printf 'create %s\n' $(tcc_lib)/libc.a; \
		printf 'addlib %s\n' $(SYSROOT)/i686-quire-elf/lib/libc.a $(SYSROOT)/lib/libquire.a; \
		printf 'addmod %s\n' $(addprefix $(tcc_dir)/,$(tcc_libgcc)); \
		printf 'save\nend\n') | $(CROSS)ar -M
	$(Q)for name in libtcc1.c alloca86.S; do \
		$(UCC) -O2 -w -c -o $(tcc_dir)/$$name.o $(tcc_dir)/lib/$$name || exit 1; done
	$(Q)$(CROSS)ar rcs $@ $(tcc_dir)/libtcc1.c.o $(tcc_dir)/alloca86.S.o
