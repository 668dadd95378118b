/* SPDX-License-Identifier: MIT */
/* The least that a dynamically linked program does; built with the host's cross compiler and library. */
int main(void)
{
	return 0;
}
