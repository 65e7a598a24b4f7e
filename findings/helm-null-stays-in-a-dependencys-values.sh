#!/bin/sh
# Helm 4.3.2 and 3.22.0: a value of null takes a key out, as the documentation says ("Helm will remove the key from the
# overridden values merge"), where the key is a chart's own, and where it is the default of a dependency. Where the
# parent's values.yaml sets a key *for* its dependency, null does not remove it: the key stays, with null, so that
# templates see it, print it, and a values.schema.json of the dependency refuses it ("got null, want string").
# Expected: all three keys are gone. Seen: the third is there, as null. Needs Go.
set -eu
PATH=$PATH:/usr/local/go/bin
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
mkdir -p parent/templates parent/charts/child
printf 'apiVersion: v2\nname: parent\nversion: 0.1.0\n' >parent/Chart.yaml
printf 'apiVersion: v2\nname: child\nversion: 0.1.0\n' >parent/charts/child/Chart.yaml
printf 'own: {a: 1}\nchild: {settings: {from_parent: 1}}\n' >parent/values.yaml
printf 'settings: {from_child: 1}\n' >parent/charts/child/values.yaml
printf 'seen: %s\n' '{{ list .Values.own .Values.child.settings | toJson | quote }}' >parent/templates/seen.yaml
for version in v4.3.2 v3.22.0; do
    GOBIN=$folder/$version go install "helm.sh/helm/${version%%.*}/cmd/helm@$version" 2>log || { cat log; exit 1; }
    seen=$(HOME=$folder "$version/helm" template name parent \
        --set own.a=null,child.settings.from_child=null,child.settings.from_parent=null | sed -n 's/^seen: //p')
    echo "helm $version: expected \"[{},{}]\"; seen $seen"
    [ "$seen" = '"[{},{\"from_parent\":null}]"' ]
done
