{{/*
Items of your pod's `volumes`.
*/}}
{{- define "logship.volumes" -}}
{{- $it := .Values.logship -}}
{{- range $name, $volume := dict "logship-logs" $it.logs "logship-state" $it.state }}
{{- if not $volume.volumeClaimTemplate }}
- name: {{ $name }}
  {{- if $volume.claim }}
  persistentVolumeClaim:
    claimName: {{ $volume.claim }}
  {{- else }}
  emptyDir:
    sizeLimit: {{ $volume.sizeLimit }}
  {{- end }}
{{- end }}
{{- end }}
- name: logship-secrets
  secret:
    secretName: {{ $it.secret }}
    optional: true
    defaultMode: 0440
{{- end }}

{{/*
An item of the `volumeMounts` of your container that writes logs.
*/}}
{{- define "logship.mount" -}}
- name: logship-logs
  mountPath: {{ .Values.logship.logs.mountPath }}
{{- end }}

{{/*
Items of a StatefulSet's `volumeClaimTemplates`, for whichever of the two has `volumeClaimTemplate: true`.
*/}}
{{- define "logship.volumeClaimTemplates" -}}
{{- $it := .Values.logship -}}
{{- range $name, $volume := dict "logship-logs" $it.logs "logship-state" $it.state }}
{{- if $volume.volumeClaimTemplate }}
- metadata:
    name: {{ $name }}
  spec:
    accessModes:
      - ReadWriteOnce
    resources:
      requests:
        storage: {{ $volume.sizeLimit }}
{{- end }}
{{- end }}
{{- end }}

{{/*
Of your pod's `securityContext`: it lets logship read files of mode 0640.
*/}}
{{- define "logship.podSecurityContext" -}}
{{- with .Values.logship.fsGroup -}}
fsGroup: {{ int64 . }}
fsGroupChangePolicy: OnRootMismatch
{{- end }}
{{- end }}
