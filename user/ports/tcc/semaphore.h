/* SPDX-License-Identifier: MIT */
/*
 * For tcc, which takes one lock around its compiler's state so that several threads may use its library:
 * the semaphore of a program that has one thread. It is always free when it is taken.
 */
#ifndef QUIRE_PORT_SEMAPHORE_H
#define QUIRE_PORT_SEMAPHORE_H

typedef struct {
	unsigned int value;
} sem_t;

static inline int sem_init(sem_t *sem, int shared, unsigned int value)
{
	(void)shared;
	sem->value = value;
	return 0;
}

static inline int sem_wait(sem_t *sem)
{
	sem->value--;
	return 0;
}

static inline int sem_post(sem_t *sem)
{
	sem->value++;
	return 0;
}

#endif
