/* UnixNativeDispatcher.fstatat0 of a later JDK returns errno; the Java code of JDK 25 expects an exception. */
#include <jni.h>

extern jint fstatat0_errno(JNIEnv *, jclass, jint, jlong, jint, jobject);

JNIEXPORT void JNICALL Java_sun_nio_fs_UnixNativeDispatcher_fstatat0(JNIEnv *env, jclass type, jint directory, jlong path,
                                                                     jint flags, jobject attributes) {
    jint error = fstatat0_errno(env, type, directory, path, flags, attributes);
    if (error == 0 || (*env)->ExceptionCheck(env)) {
        return;
    }
    jclass exception = (*env)->FindClass(env, "sun/nio/fs/UnixException");
    jmethodID init = exception ? (*env)->GetMethodID(env, exception, "<init>", "(I)V") : NULL;
    jobject thrown = init ? (*env)->NewObject(env, exception, init, error) : NULL;
    if (thrown) {
        (*env)->Throw(env, (jthrowable)thrown);
    }
}
