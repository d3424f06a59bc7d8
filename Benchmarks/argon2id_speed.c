/* Argon2id computations a second on so many threads over libsodium: `argon2id_speed KIB PASSES THREADS SECONDS` prints the rate,
   and the processor time of one in milliseconds. */
#include <pthread.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>

static size_t memory;
static unsigned long long passes;
static double end;
static _Atomic long total;

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec + t.tv_nsec / 1e9;
}

/* Its rate, which counts the last computation whole. */
static void *work(void *rate) {
    unsigned char tag[32], salt[crypto_pwhash_argon2id_SALTBYTES] = {7};
    static const char password[] = "correct horse battery";
    long count = 0;
    double began = now();
    do {
        if (crypto_pwhash_argon2id(tag, sizeof tag, password, sizeof password - 1, salt, passes, memory,
                                   crypto_pwhash_argon2id_ALG_ARGON2ID13) != 0) exit(1);
        count++;
    } while (now() < end);
    total += count;
    *(double *)rate = count / (now() - began);
    return NULL;
}

int main(int argc, char **argv) {
    if (argc != 5 || sodium_init() < 0) return 2;
    memory = strtoul(argv[1], NULL, 10) * 1024;
    passes = strtoull(argv[2], NULL, 10);
    int count = atoi(argv[3]);
    if (count < 1 || count > 256) return 2;
    pthread_t threads[256];
    double rates[256], sum = 0;
    end = now() + atof(argv[4]);
    for (int i = 0; i < count; i++) {
        if (pthread_create(&threads[i], NULL, work, &rates[i]) != 0) return 1;
    }
    for (int i = 0; i < count; i++) {
        pthread_join(threads[i], NULL);
        sum += rates[i];
    }
    struct rusage used;
    getrusage(RUSAGE_SELF, &used);
    double spent = used.ru_utime.tv_sec + used.ru_stime.tv_sec + (used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e6;
    printf("%.2f %.3f\n", sum, spent / total * 1000);
    return 0;
}
