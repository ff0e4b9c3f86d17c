/* Limits of the container that the image runs in: always "in none", so that the heap's limit is the one that the image was
 * built with. */
#include <stdint.h>
#include <unistd.h>

int svm_container_initialize(int version) {
    (void)version;
    return 0;
}

uint64_t svm_container_physical_memory(void) {
    return (uint64_t)sysconf(_SC_PHYS_PAGES) * (uint64_t)sysconf(_SC_PAGESIZE);
}

int svm_container_active_processor_count(void) { return (int)sysconf(_SC_NPROCESSORS_ONLN); }

#define UNLIMITED(what) \
    int64_t svm_container_##what(void) { return -1; }

UNLIMITED(memory_limit_in_bytes)
UNLIMITED(memory_and_swap_limit_in_bytes)
UNLIMITED(memory_soft_limit_in_bytes)
UNLIMITED(memory_usage_in_bytes)
UNLIMITED(memory_max_usage_in_bytes)
UNLIMITED(rss_usage_in_bytes)
UNLIMITED(cache_usage_in_bytes)
