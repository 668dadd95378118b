/* SPDX-License-Identifier: MIT */
/*
 * Random numbers.
 *
 * Idea.  A 256-bit key is mixed from whatever varies: the real-time clock, the
 * time-stamp counter's jitter at boot and at interrupts, RDRAND where the CPU has it.
 * Output is ChaCha20 under that key (RFC 8439, section 2.3); after each request the
 * key is replaced by output that nobody has seen, so an attacker who learns
 * the state cannot compute what was given out before.
 *
 * Limits.  On an emulated machine that boots the same way each time the entropy at boot is
 * small.  getrandom never blocks and says so in docs/status.md.
 *
 * Locking.  random_lock, interrupts off: the key and the pool.
 */
#include <arch/processor.h>
#include <quire/errno.h>
#include <quire/kernel.h>
#include <quire/ktime.h>
#include <quire/lock.h>
#include <quire/random.h>
#include <quire/sched.h>
#include <quire/string.h>
#include <quire/syscalls.h>
#include <quire/uaccess.h>

#define KEY_WORDS 8
#define BLOCK_WORDS 16
#define BLOCK_BYTES (BLOCK_WORDS * sizeof(u32))
#define JITTER_SAMPLES 256
#define CPUID_RDRAND (1u << 30)	/* CPUID 1, ecx */
#define GRND_NONBLOCK 1u
#define GRND_RANDOM 2u
#define GRND_INSECURE 4u

static DEFINE_SPINLOCK(random_lock);
static u32 key[KEY_WORDS];
static u64 counter;
static unsigned int pool_next;

static inline u32 rol(u32 v, unsigned int n)
{
	return v << n | v >> (32 - n);
}

static void quarter_round(u32 *a, u32 *b, u32 *c, u32 *d)
{
	*a += *b;
	*d = rol(*d ^ *a, 16);
	*c += *d;
	*b = rol(*b ^ *c, 12);
	*a += *b;
	*d = rol(*d ^ *a, 8);
	*c += *d;
	*b = rol(*b ^ *c, 7);
}

/* One block; random_lock held.  The counter takes two words, the nonce is 0. */
static void chacha_block(u32 out[BLOCK_WORDS])
{
	static const u32 sigma[4] = { 0x61707865, 0x3320646e, 0x79622d32, 0x6b206574 };
	u32 in[BLOCK_WORDS] = { 0 };
	int i;

	memcpy(in, sigma, sizeof(sigma));
	memcpy(in + 4, key, sizeof(key));
	in[12] = (u32)counter;
	in[13] = (u32)(counter >> 32);
	counter++;
	memcpy(out, in, sizeof(in));
	for (i = 0; i < 10; i++) {
		quarter_round(&out[0], &out[4], &out[8], &out[12]);
		quarter_round(&out[1], &out[5], &out[9], &out[13]);
		quarter_round(&out[2], &out[6], &out[10], &out[14]);
		quarter_round(&out[3], &out[7], &out[11], &out[15]);
		quarter_round(&out[0], &out[5], &out[10], &out[15]);
		quarter_round(&out[1], &out[6], &out[11], &out[12]);
		quarter_round(&out[2], &out[7], &out[8], &out[13]);
		quarter_round(&out[3], &out[4], &out[9], &out[14]);
	}
	for (i = 0; i < BLOCK_WORDS; i++)
		out[i] += in[i];
}

/* random_lock held */
static void mix_locked(u32 value)
{
	key[pool_next] = rol(key[pool_next], 7) ^ value;
	pool_next = (pool_next + 1) % KEY_WORDS;
}

/* random_lock held: the old key cannot be found from the new one. */
static void rekey_locked(void)
{
	u32 block[BLOCK_WORDS];

	chacha_block(block);
	memcpy(key, block, sizeof(key));
	memset(block, 0, sizeof(block));
	__asm__ __volatile__("" : : "r"(block) : "memory"); /* the clearing is meant */
}

void add_timer_randomness(u32 value)
{
	unsigned long flags;

	spin_lock_irqsave(&random_lock, flags);
	mix_locked(value ^ (u32)rdtsc());
	spin_unlock_irqrestore(&random_lock, flags);
}

void get_random_bytes(void *buf, size_t len)
{
	u32 block[BLOCK_WORDS];
	unsigned long flags;
	size_t n;

	for (; len; len -= n, buf = (u8 *)buf + n) {
		n = min(len, (size_t)BLOCK_BYTES);
		spin_lock_irqsave(&random_lock, flags);
		mix_locked((u32)rdtsc());
		chacha_block(block);
		rekey_locked();
		spin_unlock_irqrestore(&random_lock, flags);
		memcpy(buf, block, n);
	}
}

static bool rdrand(u32 *value)
{
	u8 ok;

	__asm__ __volatile__("rdrand %0; setc %1" : "=r"(*value), "=qm"(ok) : : "cc");
	return ok;
}

void random_init(void)
{
	u64 real = ktime_get_real();
	u32 value;
	int i;

	add_timer_randomness((u32)real);
	add_timer_randomness((u32)(real >> 32));
	for (i = 0; i < JITTER_SAMPLES; i++) {
		add_timer_randomness((u32)rdtsc());
		if ((boot_cpu.features2 & CPUID_RDRAND) && rdrand(&value))
			add_timer_randomness(value);
	}
}

long sys_getrandom(char __user *buf, size_t count, unsigned int flags)
{
	u8 bytes[BLOCK_BYTES];
	size_t done = 0, n;

	if (flags & ~(GRND_NONBLOCK | GRND_RANDOM | GRND_INSECURE))
		return -EINVAL;
	count = min(count, (size_t)0x7fffffff);
	while (done < count) {
		n = min(count - done, sizeof(bytes));
		get_random_bytes(bytes, n);
		if (copy_to_user(buf + done, bytes, n))
			return done ? (long)done : -EFAULT;
		done += n;
		if (signal_pending(current) && done < count)
			break;
		cond_resched();
	}
	return done;
}
