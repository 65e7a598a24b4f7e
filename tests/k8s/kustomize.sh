#!/bin/sh
# Prints the path of the kustomize that the tests use.
#
#   kustomize.sh         fails if there is none
#   kustomize.sh build   builds it first with Go, which takes a minute or two
#
# It is kept outside of the repository, in the user's cache folder.
set -eu
version=v5.7.1
folder=${XDG_CACHE_HOME:-$HOME/.cache}/logship/kustomize-$version
if [ ! -x "$folder/kustomize" ]; then
    [ "${1-}" = build ] || { echo "there is none in $folder; \`sh tests/k8s/kustomize.sh build\` makes one" >&2; exit 1; }
    PATH=$PATH:/usr/local/go/bin
    command -v go >/dev/null || { echo "there is no Go to build kustomize with" >&2; exit 1; }
    mkdir -p "$folder"
    # Into a folder of its own first, so that there is a whole one or none.
    new=$(mktemp -d "$folder/new.XXXXXX")
    trap 'rm -rf "$new"' EXIT
    GOBIN=$new go install "sigs.k8s.io/kustomize/kustomize/v5@$version" >&2
    mv "$new/kustomize" "$folder/kustomize"
fi
echo "$folder/kustomize"
