// libsecp256k1 with the modules that Nostr needs: x-only keys, BIP-340 signatures, ECDH.
#pragma once
#include <secp256k1.h>
#include <secp256k1_ecdh.h>
#include <secp256k1_extrakeys.h>
#include <secp256k1_schnorrsig.h>

// NIP-44 wants the bare x coordinate; the library's default hashes the point. (A C function pointer with an
// unused argument is awkward to spell in Swift, hence here.)
static inline int pika_secp256k1_copy_x(unsigned char *output, const unsigned char *x32, const unsigned char *y32, void *data) {
    (void)y32;
    (void)data;
    for (int i = 0; i < 32; i++) output[i] = x32[i];
    return 1;
}
static inline int pika_secp256k1_ecdh_x(const secp256k1_context *ctx, unsigned char *output, const secp256k1_pubkey *point, const unsigned char *scalar) {
    return secp256k1_ecdh(ctx, output, point, scalar, pika_secp256k1_copy_x, NULL);
}
