# SPDX-License-Identifier: MIT
#
# The whole build: one make, no recursion. Each part of the tree brings a fragment that names its
# files and its rules; what all of them share stands here. `make help` lists the targets.
#
#   O=DIR       output directory (default: build)
#   DEBUG=1     the debug kernel instead of the default one; both live side by side in $(O)
#   V=1         show whole commands
#   SYSROOT=DIR newlib and its headers (default: $(O)/sysroot)
#   J=N         parallel jobs of what is built with a make of its own (newlib, ports)

O	?= build
V	?= 0
DEBUG	?= 0
J	?= $(shell nproc)
SYSROOT	?= $(O)/sysroot
CROSS	?= i686-linux-gnu-

.DEFAULT_GOAL := all
.DELETE_ON_ERROR:
.SUFFIXES:
MAKEFLAGS += --no-builtin-rules
# Nothing that is built may depend on who builds it, when or where.
export LC_ALL := C
export TZ := UTC
export SOURCE_DATE_EPOCH := 1704067200

Q	:= $(if $(filter 1,$(V)),,@)
# $(call say,WHAT,FILE): the one line that a step prints.
say	= @$(if $(filter 1,$(V)),:,printf '  %-7s %s\n' '$(1)' '$(patsubst $(O)/%,%,$(2))')

all: kernel

include kernel/kernel.mk
-include libc-glue/libc.mk
-include user/user.mk
include tools/image.mk
include tools/bench.mk
include tests/tests.mk

help:
	@sed -n 's/^#\?\([a-z-]*\):.*## /\1	/p' $(MAKEFILE_LIST) | sort | expand -t 12
	@sed -n 's/^#   \([A-Z]*=.*\)/\1/p' Makefile

clean: ## remove the output directory
	$(Q)rm -rf $(O) compile_commands.json

setup: ## install the Debian packages that are missing
	@tools/setup

.PHONY: all help clean setup
