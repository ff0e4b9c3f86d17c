/* What the JDK's C libraries ask of a virtual machine, as far as code that gets into an image does. Functions of the
 * libraries that no image calls are dropped by the linker together with what they would ask for; a JVM_… that is missing
 * here is an undefined symbol when the image is linked, never a surprise at run time. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <jni.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

static int cpus;

/* Called once, when an image starts. */
void initialize(void) {
    cpu_set_t set;
    cpus = sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : (int)sysconf(_SC_NPROCESSORS_ONLN);
}

jint JVM_ActiveProcessorCount(void) {
    if (cpus < 1) {
        initialize();
    }
    return cpus < 1 ? 1 : cpus;
}

void JVM_Halt(jint status) { _exit(status); }

void *JVM_LoadLibrary(const char *name, jboolean throwing) {
    (void)throwing;
    return dlopen(name, RTLD_LAZY);
}

void *JVM_FindLibraryEntry(void *library, const char *name) { return dlsym(library ? library : RTLD_DEFAULT, name); }

/* The length, or -1 when the text was cut. */
int jio_vsnprintf(char *to, size_t size, const char *format, va_list values) {
    if (size == 0) {
        return -1;
    }
    int length = vsnprintf(to, size, format, values);
    if (length < 0 || (size_t)length >= size) {
        to[size - 1] = 0;
        return -1;
    }
    return length;
}

int jio_snprintf(char *to, size_t size, const char *format, ...) {
    va_list values;
    va_start(values, format);
    int length = jio_vsnprintf(to, size, format, values);
    va_end(values);
    return length;
}

int jio_fprintf(FILE *out, const char *format, ...) {
    va_list values;
    va_start(values, format);
    int length = vfprintf(out, format, values);
    va_end(values);
    return length;
}
