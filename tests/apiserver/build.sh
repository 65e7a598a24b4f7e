#!/bin/sh
# Makes what the tests of k8s/inject run beside Debian's etcd, and prints the folder: kube-apiserver, kube-controller-manager
# and kubectl of the version that go.mod pins.
#
#   build.sh         fails if they are not there
#   build.sh build   compiles them first with Go: 1,300 packages, a quarter of an hour on two cores
#
# They are kept outside of the repository, in the user's cache folder, or in LOGSHIP_TEST_APISERVER_DIR.
set -eu
here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)
version=$(sed -n 's/^\tk8s.io\/kubernetes \(v[0-9.]*\).*/\1/p' "$here/go.mod")
folder=${LOGSHIP_TEST_APISERVER_DIR:-${XDG_CACHE_HOME:-$HOME/.cache}/logship}/kube-apiserver-$version
for program in kube-apiserver kube-controller-manager kubectl; do
    [ ! -x "$folder/$program" ] || continue
    [ "${1-}" = build ] || { echo "there is no $program in $folder; \`make apiserver\` makes one" >&2; exit 1; }
    PATH=$PATH:/usr/local/go/bin
    command -v go >/dev/null || { echo "there is no Go to build $program with" >&2; exit 1; }
    mkdir -p "$folder"
    # Into a folder of its own first, so that there is a whole one or none.
    new=$(mktemp -d "$folder/new.XXXXXX")
    trap 'rm -rf "$new"' EXIT
    echo "building $program $version in $folder; a dot for each 25 packages" >&2
    cd "$here"
    of=k8s.io/component-base/version
    minor=${version#*.}
    flags="-s -w -X $of.gitVersion=$version -X $of.gitMajor=1 -X $of.gitMinor=${minor%.*}"
    { go build -mod=readonly -buildvcs=false -trimpath -v -ldflags "$flags" -o "$new/$program" \
        "k8s.io/kubernetes/cmd/$program" 2>&1 || echo failed >"$new/failed"; } |
        awk 'NF == 1 {if (++n % 25 == 0) {printf "."; fflush()} next} {print}' >&2
    echo >&2
    [ ! -e "$new/failed" ] || exit 1
    mv "$new/$program" "$folder/$program"
    rm -rf "$new"
done
echo "$folder"
