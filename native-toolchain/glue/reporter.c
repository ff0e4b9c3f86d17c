/* Loaded by the image builder for the lines of its progress report. */
#include <jni.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <unistd.h>

#define NAME(method) Java_com_oracle_svm_hosted_ProgressReporterCHelper_##method

JNIEXPORT jlong JNICALL NAME(getPeakRSS0)(JNIEnv *env, jclass type) {
    struct rusage usage;
    (void)env;
    (void)type;
    return getrusage(RUSAGE_SELF, &usage) == 0 ? (jlong)usage.ru_maxrss * 1024 : -1;
}

JNIEXPORT jint JNICALL NAME(getTerminalWindowColumns0)(JNIEnv *env, jclass type) {
    struct winsize window;
    (void)env;
    (void)type;
    return ioctl(STDOUT_FILENO, TIOCGWINSZ, &window) == 0 && window.ws_col > 0 ? window.ws_col : 80;
}
