/* SPDX-License-Identifier: MIT */
/* timegm.c: a broken-down time in UTC as a time_t; the inverse of gmtime(). */
#include <time.h>

#define SECS_PER_DAY	86400
#define DAYS_PER_400Y	146097

/* Days from 1970-01-01 to the given civil date; the year is counted from March, so that the leap
 * day is the last of its year. */
static long long days_from_civil(long long year, int month, int day)
{
	long long era, year_of_era, day_of_year;

	year -= month < 2;
	era = (year >= 0 ? year : year - 399) / 400;
	year_of_era = year - era * 400;
	day_of_year = (153 * ((month + 10) % 12) + 2) / 5 + day - 1;
	return era * DAYS_PER_400Y + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 +
	       day_of_year - 719468;
}

time_t timegm(struct tm *tm)
{
	long long year = tm->tm_year + 1900LL + tm->tm_mon / 12;
	int month = tm->tm_mon % 12;
	time_t t;

	if (month < 0) {
		month += 12;
		year--;
	}
	t = days_from_civil(year, month, 1) + tm->tm_mday - 1;
	t = t * SECS_PER_DAY + tm->tm_hour * 3600LL + tm->tm_min * 60LL + tm->tm_sec;
	gmtime_r(&t, tm);
	return t;
}

time_t timelocal(struct tm *tm)
{
	return mktime(tm);
}
