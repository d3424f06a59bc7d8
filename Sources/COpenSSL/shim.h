#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <openssl/rand.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

// Macros that Swift does not import.
static const int COpenSSL_PUBLIC_KEY = EVP_PKEY_PUBLIC_KEY;
static const int COpenSSL_KEYPAIR = EVP_PKEY_KEYPAIR;

static inline void COpenSSL_free(void *pointer) { OPENSSL_free(pointer); }
