/* What the two halves of the border share: seam.c and start.c. */

/* The limits as they were when the program started; in start.c. 0 or -errno. */
long reaper_restore_limits(void);
