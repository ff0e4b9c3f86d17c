/* Of another architecture: the builder compiles a check of these names on every one, and uses none of them here. */
#ifndef RISCV64CPUFEATURES_H
#define RISCV64CPUFEATURES_H

typedef struct {
    char fI, fM, fA, fF, fD, fC, fV;
} CPUFeatures;

#endif
