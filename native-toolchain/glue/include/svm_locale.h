/* The user's locale; the builder finds the fields by their names. */
#ifndef SVM_LOCALE_H
#define SVM_LOCALE_H

enum { SVM_LOCALE_INITIALIZATION_SUCCEEDED = 0, SVM_LOCALE_INITIALIZATION_OUT_OF_MEMORY = 1 };

typedef struct {
    const char *display_language, *display_script, *display_country, *display_variant;
    const char *format_language, *format_script, *format_country, *format_variant;
} svm_locale_props_t;

#endif
