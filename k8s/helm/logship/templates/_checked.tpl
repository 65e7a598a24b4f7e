{{/* Ends the rendering where values fit each other badly; what each may be by itself is in values.schema.json. */}}
{{- define "logship.checked" -}}
{{- $it := .Values.logship | default dict -}}
{{- if not (hasKey $it "image") -}}
{{- fail "the values under `logship:` lack the chart's own: name the dependency logship in Chart.yaml, without an alias, and `helm dependency update`" -}}
{{- end -}}
{{- range $name, $_ := $it.settings -}}
{{- if not (regexMatch "^LOGSHIP_[A-Z0-9_]+$" $name) -}}
{{- fail (printf "logship.settings.%s is no setting: they are named as their variables, LOGSHIP_SINKS for example; `logship settings` lists them" $name) -}}
{{- end -}}
{{- if regexMatch "_(API_KEY|SECRET_ACCESS_KEY|HASH_KEY|PASSWORD|TOKEN|CLIENT_SECRET)$" $name -}}
{{- fail (printf "logship.settings.%s is a secret, and whoever may read the pod would see it: put it into the Secret %s, as %s" $name $it.secret (lower $name)) -}}
{{- end -}}
{{- end -}}
{{- $sinks := $it.settings.LOGSHIP_SINKS | default "stdout" | splitList "," | len -}}
{{- $needed := add (mul $sinks 64) 16 -}}
{{- if and (not (hasKey $it.settings "LOGSHIP_DEAD_LETTER_MAX_BYTES")) (lt (include "logship.mebibytes" $it.state.sizeLimit | int64) $needed) -}}
{{- fail (printf "logship.state.sizeLimit is %s, and %d sinks may need %dMi: each 64Mi of dead letters, and 16Mi for the rest; raise it, or set LOGSHIP_DEAD_LETTER_MAX_BYTES" $it.state.sizeLimit $sinks $needed) -}}
{{- end -}}
{{- range $name, $volume := dict "logs" $it.logs "state" $it.state -}}
{{- if and $volume.claim $volume.volumeClaimTemplate -}}
{{- fail (printf "logship.%s has a claim and a volumeClaimTemplate: take one of them out" $name) -}}
{{- end -}}
{{- end -}}
{{- end }}
