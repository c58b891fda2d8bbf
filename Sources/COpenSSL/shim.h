// OpenSSL 3 as the Cryptography target sees it. Function-like macros cannot be called from Swift: each has a
// `pika_` function here and nothing else is added.
#pragma once
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

static inline int pika_SSL_set_tlsext_host_name(SSL *ssl, const char *name) {
    return (int)SSL_set_tlsext_host_name(ssl, name);
}
static inline int pika_SSL_CTX_set_min_proto_version(SSL_CTX *ctx, int version) {
    return (int)SSL_CTX_set_min_proto_version(ctx, version);
}
static inline size_t pika_BIO_ctrl_pending(BIO *bio) { return BIO_ctrl_pending(bio); }
static inline void pika_BIO_set_mem_eof_return(BIO *bio, int value) { (void)BIO_set_mem_eof_return(bio, value); }
// A macro of several names.
static inline int pika_EVP_PKEY_KEYPAIR(void) { return EVP_PKEY_KEYPAIR; }
