/* Signatures and verifications a second on one core over OpenSSL's EVP, key kept: `ecdsa_speed CURVE SECONDS` prints
   `sign verify`. `openssl speed` knows no secp256k1; for P-256 this gives what it gives. */
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec + t.tv_nsec / 1e9;
}

int main(int argc, char **argv) {
    if (argc != 3) return 2;
    double seconds = atof(argv[2]);
    unsigned char digest[32] = {7}, signature[128];
    size_t size = sizeof signature;
    EVP_PKEY *key = EVP_EC_gen(argv[1]);
    if (!key) return 1;
    EVP_PKEY_CTX *signer = EVP_PKEY_CTX_new(key, NULL), *verifier = EVP_PKEY_CTX_new(key, NULL);
    if (EVP_PKEY_sign_init(signer) != 1 || EVP_PKEY_verify_init(verifier) != 1) return 1;

    long signs = 0, verifies = 0;
    double began = now();
    while (now() - began < seconds) {
        size = sizeof signature;
        if (EVP_PKEY_sign(signer, signature, &size, digest, sizeof digest) != 1) return 1;
        signs++;
    }
    double sign_time = now() - began;
    began = now();
    while (now() - began < seconds) {
        if (EVP_PKEY_verify(verifier, signature, size, digest, sizeof digest) != 1) return 1;
        verifies++;
    }
    printf("%.1f %.1f\n", signs / sign_time, verifies / (now() - began));
    return 0;
}
