#!/bin/sh
# Prints the path of the Helm that the tests use.
#
#   helm.sh         fails if there is none
#   helm.sh build   builds it first with Go, which takes some minutes
#
# It is kept outside of the repository, in the user's cache folder.
set -eu
version=${HELM_VERSION:-v3.22.0}
folder=${XDG_CACHE_HOME:-$HOME/.cache}/logship/helm-$version
if [ ! -x "$folder/helm" ]; then
    [ "${1-}" = build ] || { echo "there is none in $folder; \`sh tests/k8s/helm.sh build\` makes one" >&2; exit 1; }
    PATH=$PATH:/usr/local/go/bin
    command -v go >/dev/null || { echo "there is no Go to build Helm with" >&2; exit 1; }
    mkdir -p "$folder"
    # Into a folder of its own first, so that there is a whole one or none.
    new=$(mktemp -d "$folder/new.XXXXXX")
    trap 'rm -rf "$new"' EXIT
    GOBIN=$new go install "helm.sh/helm/${version%%.*}/cmd/helm@$version" >&2
    mv "$new/helm" "$folder/helm"
fi
echo "$folder/helm"
