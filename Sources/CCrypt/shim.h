#include <crypt.h>
#include <stddef.h>

// The work area of crypt_rn, in bytes: its type has arrays too long for Swift to import.
static const size_t CCrypt_data_size = sizeof(struct crypt_data);
