/* Which instructions this CPU has: asked by the builder (-march=native), and by each image before it does anything else. */
#include <cpuid.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "include/amd64cpufeatures.h"

enum { EXIT_OLD_CPU = 86 };

#define BIT(word, number) (((word) >> (number)) & 1)

/* Registers that the kernel saves: bit 1 and 2 are SSE and AVX, 5 to 7 AVX-512, 19 APX. */
static uint64_t saved_state(void) {
    uint32_t low, high;
    __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
    return ((uint64_t)high << 32) | low;
}

static void leaf_extended(CPUFeatures *f) {
    unsigned a, b, c, d, last = __get_cpuid_max(0x80000000u, NULL);
    if (last >= 0x80000001u) {
        __cpuid(0x80000001u, a, b, c, d);
        f->fLZCNT = BIT(c, 5);
        f->fSSE4A = BIT(c, 6);
        f->fAMD_3DNOW_PREFETCH = BIT(c, 8) | BIT(d, 31);
        f->fRDTSCP = BIT(d, 27);
    }
    if (last >= 0x80000007u) {
        __cpuid(0x80000007u, a, b, c, d);
        f->fTSCINV_BIT = BIT(d, 8);
        f->fTSCINV = BIT(d, 8);
    }
}

static void leaf_7(CPUFeatures *f, bool avx, bool avx512, bool apx, unsigned last) {
    unsigned a, b, c, d, subleaves;
    __cpuid_count(7, 0, subleaves, b, c, d);
    f->fBMI1 = BIT(b, 3);
    f->fAVX2 = avx && BIT(b, 5);
    f->fBMI2 = BIT(b, 8);
    f->fERMS = BIT(b, 9);
    f->fRTM = BIT(b, 11);
    f->fADX = BIT(b, 19);
    f->fFLUSHOPT = BIT(b, 23);
    f->fCLWB = BIT(b, 24);
    f->fSHA = BIT(b, 29);
    f->fPKU = BIT(c, 3);
    f->fOSPKE = BIT(c, 4);
    f->fCET_SS = BIT(c, 7);
    f->fGFNI = BIT(c, 8);
    f->fRDPID = BIT(c, 22);
    f->fFSRM = BIT(d, 4);
    f->fSERIALIZE = BIT(d, 14);
    f->fCET_IBT = BIT(d, 20);
    avx512 = avx512 && avx && BIT(b, 16);
    f->fAVX512F = avx512;
    if (avx512) {
        f->fAVX512DQ = BIT(b, 17);
        f->fAVX512_IFMA = BIT(b, 21);
        f->fAVX512PF = BIT(b, 26);
        f->fAVX512ER = BIT(b, 27);
        f->fAVX512CD = BIT(b, 28);
        f->fAVX512BW = BIT(b, 30);
        f->fAVX512VL = BIT(b, 31);
        f->fAVX512_VBMI = BIT(c, 1);
        f->fAVX512_VBMI2 = BIT(c, 6);
        f->fAVX512_VAES = BIT(c, 9);
        f->fAVX512_VPCLMULQDQ = BIT(c, 10);
        f->fAVX512_VNNI = BIT(c, 11);
        f->fAVX512_BITALG = BIT(c, 12);
        f->fAVX512_VPOPCNTDQ = BIT(c, 14);
        f->fAVX512_FP16 = BIT(d, 23);
    }
    if (subleaves >= 1) {
        __cpuid_count(7, 1, a, b, c, d);
        f->fSHA512 = avx && BIT(a, 0);
        f->fAVX_IFMA = avx && BIT(a, 23);
        f->fAPX_F = apx && BIT(d, 21);
        if (avx512 && BIT(d, 19) && last >= 0x24) {
            __cpuid_count(0x24, 0, a, b, c, d);
            f->fAVX10_1 = (b & 0xff) >= 1;
            f->fAVX10_2 = (b & 0xff) >= 2;
        }
    }
}

void determineCPUFeatures(CPUFeatures *f) {
    unsigned a, b, c, d, last = __get_cpuid_max(0, NULL);
    memset(f, 0, sizeof *f);
    if (last < 1) {
        return;
    }
    __cpuid(1, a, b, c, d);
    f->fTSC = BIT(d, 4);
    f->fCX8 = BIT(d, 8);
    f->fCMOV = BIT(d, 15);
    f->fFLUSH = BIT(d, 19);
    f->fMMX = BIT(d, 23);
    f->fFXSR = BIT(d, 24);
    f->fSSE = BIT(d, 25);
    f->fSSE2 = BIT(d, 26);
    f->fHT = BIT(d, 28);
    f->fSSE3 = BIT(c, 0);
    f->fCLMUL = BIT(c, 1);
    f->fSSSE3 = BIT(c, 9);
    f->fSSE4_1 = BIT(c, 19);
    f->fSSE4_2 = BIT(c, 20);
    f->fPOPCNT = BIT(c, 23);
    f->fAES = BIT(c, 25);
    f->fHV = BIT(c, 31);
    uint64_t state = BIT(c, 27) ? saved_state() : 0;
    bool ymm = (state & 6) == 6;
    bool avx = ymm && BIT(c, 28);
    f->fAVX = avx;
    f->fVZEROUPPER = avx;
    f->fFMA = avx && BIT(c, 12);
    f->fF16C = avx && BIT(c, 29);
    leaf_extended(f);
    if (last >= 7) {
        leaf_7(f, avx, ymm && (state & 0xe0) == 0xe0, BIT(state, 19), last);
    }
}

/* The mask has ~1 for each byte whose feature the image needs and ~0 for the others. 0: all there. */
int checkCPUFeatures(const uint8_t *mask) {
    CPUFeatures features;
    determineCPUFeatures(&features);
    const uint8_t *bytes = (const uint8_t *)&features;
    for (size_t i = 0; i < sizeof features; i++) {
        if ((uint8_t)(bytes[i] | mask[i]) != 0xff) {
            return 1;
        }
    }
    return 0;
}

int checkCPUFeaturesOrExit(const uint8_t *mask, const char *message) {
    if (checkCPUFeatures(mask) != 0) {
        fputs(message, stderr);
        fputc('\n', stderr);
        exit(EXIT_OLD_CPU);
    }
    return 0;
}
