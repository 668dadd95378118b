/* SPDX-License-Identifier: MIT */
/*
 * The battery clock: read once at boot. Kept in UTC, in BCD or binary as status register B says.
 */
#include <arch/io.h>
#include "internal.h"

#define CMOS_INDEX	0x70
#define CMOS_DATA	0x71
#define RTC_SECOND	0
#define RTC_MINUTE	2
#define RTC_HOUR	4
#define RTC_DAY		7
#define RTC_MONTH	8
#define RTC_YEAR	9
#define RTC_STATUS_A	10
#define RTC_STATUS_B	11
#define RTC_UPDATING	0x80
#define RTC_BINARY	0x04
#define RTC_24H		0x02
#define RTC_PM		0x80
#define RTC_TRIES	1000000u	/* an update takes 2 ms; never hang on a broken chip */

struct rtc_time {
	unsigned int sec, min, hour, day, mon, year;
};

static u8 cmos_read(u8 reg)
{
	outb(reg, CMOS_INDEX);
	return inb(CMOS_DATA);
}

static unsigned int from_bcd(unsigned int v, bool binary)
{
	return binary ? v : (v >> 4) * 10 + (v & 15);
}

static void read_fields(struct rtc_time *t)
{
	u8 status = cmos_read(RTC_STATUS_B), hour;
	bool binary = status & RTC_BINARY;

	t->sec = from_bcd(cmos_read(RTC_SECOND), binary);
	t->min = from_bcd(cmos_read(RTC_MINUTE), binary);
	hour = cmos_read(RTC_HOUR);
	t->hour = from_bcd(hour & ~RTC_PM, binary);
	if (!(status & RTC_24H))
		t->hour = t->hour % 12 + (hour & RTC_PM ? 12 : 0);
	t->day = from_bcd(cmos_read(RTC_DAY), binary);
	t->mon = from_bcd(cmos_read(RTC_MONTH), binary);
	t->year = 2000 + from_bcd(cmos_read(RTC_YEAR), binary);
}

/* Days since 1970-01-01 of a Gregorian date; years counted from March, so that the leap day comes last. */
static u32 days_since_1970(unsigned int year, unsigned int mon, unsigned int day)
{
	year -= mon <= 2;
	mon = (mon + 9) % 12;
	return year * 365 + year / 4 - year / 100 + year / 400 + (mon * 306 + 5) / 10 + day - 1 - 719468;
}

/* Seconds since 1970. Read twice until both agree: no update came in between. */
u32 rtc_read(void)
{
	struct rtc_time a, b;

	for (unsigned int i = 0; i < RTC_TRIES && cmos_read(RTC_STATUS_A) & RTC_UPDATING; i++)
		;
	read_fields(&b);
	do {
		a = b;
		read_fields(&b);
	} while (a.sec != b.sec || a.min != b.min || a.hour != b.hour);
	if (b.mon < 1 || b.mon > 12 || b.day < 1 || b.day > 31)
		return 0;
	return ((days_since_1970(b.year, b.mon, b.day) * 24 + b.hour) * 60 + b.min) * 60 + b.sec;
}
