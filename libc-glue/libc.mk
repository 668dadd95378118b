# SPDX-License-Identifier: MIT
#
# The compiler wrapper and the C library: newlib from Debian's newlib-source, and Quire's own part
# of the library, in $(SYSROOT).
#
#   DL=DIR      where downloads are kept (default: $(O)/downloads)
#
# A SYSROOT given from outside $(O) counts as finished: nothing in it is built.

DL		?= $(O)/downloads
NEWLIB_SUITE	:= trixie

# Absolute, because configure and the wrapper are run from other directories.
sysroot_abs	:= $(abspath $(SYSROOT))
tooldir		:= $(abspath $(O))/toolchain
newlib_dir	:= $(O)/newlib
libc_obj	:= $(O)/libquire

UCC		:= $(tooldir)/i686-quire-gcc
SYSROOT_READY	:= $(SYSROOT)/.ready

libc_overlay	:= $(sort $(wildcard libc-glue/include/*.h libc-glue/include/*/*.h))
libc_csrc	:= $(sort $(wildcard libc-glue/sys/*.c libc-glue/posix/*.c))
libc_ssrc	:= $(sort $(wildcard libc-glue/sys/*.S))

.PHONY: sysroot toolchain
sysroot: $(SYSROOT_READY) ## the compiler wrapper, newlib and Quire's library
toolchain: $(O)/toolchain/.ready

$(O)/toolchain/.ready: tools/toolchain/mkwrapper | setup
	$(call say,TOOLS,$(O)/toolchain)
	$(Q)CROSS=$(CROSS) tools/toolchain/mkwrapper $(O)/toolchain $(SYSROOT)
	$(Q)touch $@

ifneq ($(abspath $(SYSROOT)),$(abspath $(O)/sysroot))

$(SYSROOT_READY): $(O)/toolchain/.ready ;

else

# --- newlib -------------------------------------------------------------------------------------

newlib_conf := --host=i686-quire-elf --prefix=$(sysroot_abs) --disable-multilib \
	--enable-newlib-io-long-long --enable-newlib-io-c99-formats --enable-newlib-io-long-double \
	--enable-newlib-io-pos-args --enable-newlib-mb --enable-newlib-global-stdio-streams \
	--enable-newlib-iconv --disable-newlib-supplied-syscalls \
	CC=$(tooldir)/newlib-cc AR=$(tooldir)/i686-quire-ar RANLIB=$(tooldir)/i686-quire-ranlib \
	AS=$(tooldir)/i686-quire-as READELF=$(tooldir)/i686-quire-readelf CFLAGS='-O2 -g0'

# Members of libc.a that Quire's library replaces.
newlib_replaced := $(patsubst %,libc_a-%.o,_isatty remove strsep getopt)

$(DL)/newlib-source.deb: | tools/toolchain/fetch setup
	$(call say,FETCH,newlib-source)
	$(Q)rm -f $(DL)/newlib-source_*.deb
	$(Q)tools/toolchain/fetch deb $(NEWLIB_SUITE) newlib-source $(DL)
	$(Q)mv $(DL)/newlib-source_*.deb $@

$(newlib_dir)/src/.ready: $(DL)/newlib-source.deb libc-glue/newlib/configure.quire
	$(call say,UNPACK,newlib)
	$(Q)rm -rf $(newlib_dir)/src $(newlib_dir)/deb
	$(Q)mkdir -p $(newlib_dir)/src $(newlib_dir)/deb
	$(Q)dpkg-deb -x $< $(newlib_dir)/deb
	$(Q)tar -x -f $(newlib_dir)/deb/usr/src/newlib/newlib-*.tar.* -C $(newlib_dir)/src \
		--strip-components=1
	$(Q)rm -rf $(newlib_dir)/deb
	$(Q)sed -i '/^# Use defaults for certain settings if not specified by user/r libc-glue/newlib/configure.quire' \
		$(newlib_dir)/src/newlib/configure.host
	$(Q)grep -q quire-elf $(newlib_dir)/src/newlib/configure.host
	$(Q)touch $@

$(newlib_dir)/build/.configured: $(newlib_dir)/src/.ready $(O)/toolchain/.ready
	$(call say,CONFIG,newlib)
	$(Q)rm -rf $(newlib_dir)/build
	$(Q)mkdir -p $(newlib_dir)/build
	$(Q)cd $(newlib_dir)/build && ../src/newlib/configure $(newlib_conf) > configure.log 2>&1 || \
		{ tail -n 20 configure.log; exit 1; }
	$(Q)touch $@

# newlib's own make knows which of its files a changed header concerns.
$(newlib_dir)/.installed: $(newlib_dir)/build/.configured $(libc_overlay) libc-glue/libc.mk
	$(call say,MAKE,newlib)
	$(Q)MAKEFLAGS= $(MAKE) -C $(newlib_dir)/build -j$(J) > $(newlib_dir)/make.log 2>&1 || \
		{ grep -E 'error|Error' $(newlib_dir)/make.log; exit 1; }
	$(Q)MAKEFLAGS= $(MAKE) -C $(newlib_dir)/build install > $(newlib_dir)/install.log 2>&1 || \
		{ tail -n 20 $(newlib_dir)/install.log; exit 1; }
	$(Q)$(CROSS)ar d $(SYSROOT)/i686-quire-elf/lib/libc.a $(newlib_replaced)
	$(Q)touch $@

# --- the headers and Quire's part of the library ------------------------------------------------

$(SYSROOT)/include/.ready: $(libc_overlay) $(O)/toolchain/.ready
	$(call say,HEADERS,$(SYSROOT)/include)
	$(Q)rm -rf $(SYSROOT)/include
	$(Q)mkdir -p $(SYSROOT)/include
	$(Q)cp -R libc-glue/include/. $(SYSROOT)/include/
	$(Q)touch $@

LIBC_CFLAGS := -std=gnu11 -O2 -Wall -Wextra -Werror -Wstrict-prototypes -Wmissing-prototypes \
	-Wno-nonnull-compare -D_GNU_SOURCE -D_LIBC -fno-builtin

$(libc_obj)/%.o: libc-glue/%.c $(newlib_dir)/.installed $(SYSROOT)/include/.ready
	$(call say,CC,$<)
	$(Q)mkdir -p $(@D)
	$(Q)$(UCC) $(LIBC_CFLAGS) -MMD -MP -c -o $@ $<

$(libc_obj)/%.o: libc-glue/%.S $(SYSROOT)/include/.ready
	$(call say,AS,$<)
	$(Q)mkdir -p $(@D)
	$(Q)$(UCC) -c -o $@ $<

# One object for each generated stub, so that a program gets only those it calls.
$(libc_obj)/calls/.ready: libc-glue/sys/calls.tbl libc-glue/sys/mkcalls $(SYSROOT)/include/.ready
	$(call say,GEN,$(@D))
	$(Q)rm -rf $(@D)
	$(Q)libc-glue/sys/mkcalls $< $(@D)
	$(Q)cd $(@D) && $(UCC) -c *.S
	$(Q)touch $@

libc_objs := $(libc_csrc:libc-glue/%.c=$(libc_obj)/%.o) $(libc_ssrc:libc-glue/%.S=$(libc_obj)/%.o)

$(SYSROOT)/lib/libquire.a: $(libc_objs) $(libc_obj)/calls/.ready
	$(call say,AR,$@)
	$(Q)rm -f $@
	$(Q)$(CROSS)ar rcsD $@ $(libc_objs) $(libc_obj)/calls/*.o

$(SYSROOT)/lib/crt0.o: $(libc_obj)/crt/crt0.o $(libc_obj)/crt/start.o
	$(call say,LD,$@)
	$(Q)$(CROSS)ld -m elf_i386 -r -o $@ $^

# Libraries whose functions are in libquire.a, for link lines that name them.
libc_empty := $(patsubst %,$(SYSROOT)/lib/lib%.a,rt util resolv)
$(libc_empty): $(O)/toolchain/.ready
	$(Q)rm -f $@ && $(CROSS)ar rcsD $@

$(SYSROOT_READY): $(SYSROOT)/lib/libquire.a $(SYSROOT)/lib/crt0.o $(libc_empty)
	$(Q)touch $@

-include $(wildcard $(libc_obj)/*/*.d)

endif
