/* deny CALLS ERRNO PROGRAM [ARGS]: runs a program for which these system calls, joined by commas, fail (seccomp(2)). */
#define _GNU_SOURCE
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#define CALL(name) {#name, SYS_##name}

static const struct {
    const char *name;
    int number;
} calls[] = {
    CALL(clone3),       CALL(close_range), CALL(execveat),          CALL(faccessat2),        CALL(memfd_create), CALL(openat2),
    CALL(pidfd_open),   CALL(prlimit64),   CALL(pidfd_send_signal), CALL(sched_getaffinity), CALL(statx),        CALL(renameat2),
};

static int number(const char *name) {
    for (size_t i = 0; i < sizeof calls / sizeof *calls; i++)
        if (strcmp(calls[i].name, name) == 0)
            return calls[i].number;
    fprintf(stderr, "deny: unknown call %s\n", name);
    exit(125);
}

int main(int argc, char **argv) {
    struct sock_filter code[64];
    unsigned short length = 0;
    if (argc < 4)
        return 125;
    code[length++] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 0);
    for (char *name = strtok(argv[1], ","); name && length < 60; name = strtok(0, ",")) {
        code[length++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, number(name), 0, 1);
        code[length++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | atoi(argv[2]));
    }
    code[length++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
    struct sock_fprog program = {length, code};
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) || prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program)) {
        perror("deny");
        return 125;
    }
    execv(argv[3], argv + 3);
    perror(argv[3]);
    return 126;
}
