#!/bin/sh
# Makes a CA, a server certificate for the Service `tls-receiver` and a client certificate for logship, all for trying.
#
#   certificates.sh FOLDER
set -eu
cd "$1"
key='-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes'
# shellcheck disable=SC2086 # several words
openssl req -x509 $key -days 30 -subj '/CN=logship example CA' -addext keyUsage=critical,keyCertSign \
    -keyout ca.key -out ca.crt
for name in tls-receiver logship; do
    # shellcheck disable=SC2086 # several words
    openssl req $key -subj "/CN=$name" -keyout "$name.key" -out "$name.csr"
    printf 'subjectAltName=DNS:%s,DNS:localhost\nauthorityKeyIdentifier=keyid\n' "$name" >"$name.ext"
    openssl x509 -req -in "$name.csr" -CA ca.crt -CAkey ca.key -CAcreateserial -days 30 -extfile "$name.ext" \
        -out "$name.crt"
done
