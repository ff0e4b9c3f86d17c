/* What the run time of an image calls by name (@CFunction in the builder's com.oracle.svm.core): process, memory, locale,
 * time zone, and C functions with a variable number of arguments. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "include/svm_locale.h"

extern char **environ;

char **getEnviron(void) { return environ; }

int getThreadId(void) { return (int)syscall(SYS_gettid); }

void *mremapP(void *old, size_t old_size, size_t new_size, int flags, void *to) {
    return mremap(old, old_size, new_size, flags, to);
}

/* The JDK's own finder, of libjava. Only Windows has a table of names. */
extern char *findJavaTZ_md(const char *java_home);

char *SVM_FindJavaTZmd(const char *names, int length) {
    (void)names;
    (void)length;
    return findJavaTZ_md(NULL);
}

/* English without a country, whatever the user's locale: programs for machines speak to machines. */
static svm_locale_props_t english = {.display_language = "en", .format_language = "en"};

int svm_initialize_locale(void) { return SVM_LOCALE_INITIALIZATION_SUCCEEDED; }

svm_locale_props_t *svm_get_locale(void) { return &english; }

int openSII(const char *path, int flags, int mode) { return open(path, flags, mode); }

int openatISII(int directory, const char *path, int flags, int mode) { return openat(directory, path, flags, mode); }

int fprintfSD(FILE *out, const char *format, const char *text, int number) { return fprintf(out, format, text, number); }
