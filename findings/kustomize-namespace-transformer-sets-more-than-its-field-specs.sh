#!/bin/sh
# Kustomize's NamespaceTransformer sets metadata.namespace of every object, though its fieldSpecs name one other field of one kind. The
# field specs of its other transformers (labels, annotations, images, replicas) are all that they touch.
# kustomize 5.7.1. Expected: spec.of of the Route alone is set. Seen: that, and metadata.namespace of the Route and of the ConfigMap.
set -eu
PATH=$PATH:/usr/local/go/bin
command -v go >/dev/null || { echo "needs Go" >&2; exit 1; }
folder=$(mktemp -d)
trap 'chmod -R u+w "$folder"; rm -rf "$folder"' EXIT
GOBIN=$folder go install sigs.k8s.io/kustomize/kustomize/v5@v5.7.1 2>/dev/null
cd "$folder"
cat >objects.yaml <<'YAML'
apiVersion: example.com/v1
kind: Route
metadata:
  name: a
spec: {}
---
apiVersion: v1
kind: ConfigMap
metadata:
  name: b
YAML
cat >kustomization.yaml <<'YAML'
resources: [objects.yaml]
transformers:
  - |-
    apiVersion: builtin
    kind: NamespaceTransformer
    metadata: {name: any, namespace: blue}
    fieldSpecs:
      - {path: spec/of, create: true, kind: Route}
YAML
echo "kustomize $(./kustomize version): fieldSpecs with spec/of of a Route; expected: one field set; seen:"
./kustomize build . | tee seen.yaml
[ "$(grep -c 'namespace: blue' seen.yaml)" = 2 ] && [ "$(grep -c 'of: blue' seen.yaml)" = 1 ]
