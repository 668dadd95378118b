# SPDX-License-Identifier: MIT
#
# Measuring: `make bench`, `make profile` (docs/performance.md).

BENCH_NEEDS := $(O)/quire $(O)/disk.img $(O)/oracle/initrd.cpio

$(O)/bench/count.so: tools/plugin/count.c tools/plugin/qemu-plugin.h | setup
	$(call say,HOSTCC,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(HOSTCC) -std=gnu11 -O2 -Wall -Wextra -Werror -shared -fPIC -fvisibility=hidden -o $@ $<

bench: $(BENCH_NEEDS) $(O)/bench/count.so ## the same programs on Linux and on Quire, a ratio per row (ROWS="fork stat" BENCHFLAGS=--resume)
	$(Q)QUIRE_BUILD=$(abspath $(O)) tools/bench $(BENCHFLAGS) $(ROWS)

bench-full: $(BENCH_NEEDS) $(O)/bench/count.so ## the same, with more runs and boots
	$(Q)QUIRE_BUILD=$(abspath $(O)) tools/bench --full $(BENCHFLAGS) $(ROWS)

bench-publish: $(O)/bench/count.so ## copy the last bench's table and plot to docs/bench/, profile the misses
	$(Q)QUIRE_BUILD=$(abspath $(O)) tools/profile --misses
	$(Q)mkdir -p docs/bench
	$(Q)cp $(addprefix $(O)/bench/,bench.md bench.csv bench.svg bench.png misses.md) docs/bench/

profile: $(BENCH_NEEDS) $(O)/bench/count.so ## instructions per function of bench rows (ROWS="stat" RIVAL=1: Linux)
	$(Q)QUIRE_BUILD=$(abspath $(O)) tools/profile $(if $(filter 1,$(RIVAL)),--kernel linux) $(ROWS)

.PHONY: bench bench-full bench-publish profile
