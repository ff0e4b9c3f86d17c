int reaper_placeholder(void) { return 0; }
