{{/*
The sidecar, an item of your pod's `initContainers`. List it first:

      initContainers:
        {{- include "logship.sidecar" . | nindent 8 }}
*/}}
{{- define "logship.sidecar" -}}
{{- include "logship.checked" . -}}
{{- $it := .Values.logship -}}
- name: {{ $it.name }}
  image: {{ $it.image.repository }}{{ if $it.image.digest }}@{{ $it.image.digest }}{{ else }}:{{ $it.image.tag }}{{ end }}
  imagePullPolicy: {{ $it.image.pullPolicy }}
  restartPolicy: Always # what makes an init container a sidecar
  terminationMessagePolicy: FallbackToLogsOnError
  envFrom:
    - configMapRef:
        name: {{ $it.configMap }}
        optional: true
  env:
    {{- include "logship.env" . | nindent 4 }}
  ports:
    - name: logship
      containerPort: 8687
  startupProbe:
    httpGet:
      path: /startupz
      port: 8687
    periodSeconds: 1
    timeoutSeconds: 3
    failureThreshold: 60
  readinessProbe:
    httpGet:
      path: /readyz
      port: 8687
    periodSeconds: 5
    timeoutSeconds: 3
    failureThreshold: 6
  livenessProbe:
    httpGet:
      path: /livez
      port: 8687
    periodSeconds: 10
    timeoutSeconds: 5
    failureThreshold: 6
    terminationGracePeriodSeconds: 5
  resources:
    {{- toYaml $it.resources | nindent 4 }}
  securityContext:
    allowPrivilegeEscalation: false
    capabilities:
      drop:
        - ALL
    readOnlyRootFilesystem: true
    runAsGroup: 65532
    runAsNonRoot: true
    seccompProfile:
      type: RuntimeDefault
  volumeMounts:
    - name: logship-logs
      mountPath: {{ $it.logs.mountPath }}
      readOnly: true
    - name: logship-state
      mountPath: /var/lib/logship
    - name: logship-secrets
      mountPath: /run/secrets/logship
      readOnly: true
    {{- with $it.extraVolumeMounts }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
{{- end }}

{{- define "logship.env" -}}
{{- $it := .Values.logship -}}
- name: LOGSHIP_POD_NAME
  valueFrom:
    fieldRef:
      fieldPath: metadata.name
- name: LOGSHIP_POD_NAMESPACE
  valueFrom:
    fieldRef:
      fieldPath: metadata.namespace
- name: LOGSHIP_POD_UID
  valueFrom:
    fieldRef:
      fieldPath: metadata.uid
- name: LOGSHIP_NODE_NAME
  valueFrom:
    fieldRef:
      fieldPath: spec.nodeName
- name: LOGSHIP_SERVICE_NAME
  valueFrom:
    fieldRef:
      fieldPath: metadata.labels['app.kubernetes.io/name']
{{- range $name, $value := include "logship.settings" . | fromYaml }}
- name: {{ $name }}
  value: {{ $value | replace "$" "$$" | quote }} {{- /* a kubelet reads $(NAME), and $$ as $ */}}
{{- end }}
{{- with $it.extraEnv }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{/* What follows from the values, and over that the settings that were given: names and texts. */}}
{{- define "logship.settings" -}}
{{- $it := .Values.logship -}}
{{- $all := dict "LOGSHIP_MAX_BACKLOG_BYTES" (printf "%dMiB" (div (include "logship.mebibytes" $it.logs.sizeLimit | int64) 2)) -}}
{{- if ne $it.logs.mountPath "/var/log/agent" }}{{ $_ := set $all "LOGSHIP_PATHS" (printf "%s/*.log" $it.logs.mountPath) }}{{ end -}}
{{- with $it.containerName }}{{ $_ := set $all "LOGSHIP_CONTAINER_NAME" . }}{{ end -}}
{{- with $it.terminationGracePeriodSeconds }}{{ $_ := set $all "LOGSHIP_SHUTDOWN_TIMEOUT_SECONDS" (sub . 5 | max 1 | toString) }}{{ end -}}
{{- range $name, $value := $it.settings -}}
{{- /* A number of YAML is a float here, and a large one would be written as 1e+06. */ -}}
{{- if and (kindIs "float64" $value) (eq (floor $value) $value) }}{{ $value = int64 $value }}{{ end -}}
{{- if kindIs "invalid" $value }}{{ $_ := unset $all $name }}{{ else }}{{ $_ := set $all $name (toString $value) }}{{ end -}}
{{- end -}}
{{- toYaml $all -}}
{{- end }}

{{/* A quantity in Mi or Gi, in Mi. */}}
{{- define "logship.mebibytes" -}}
{{- mul (regexFind "^[0-9]+" .) (hasSuffix "Gi" . | ternary 1024 1) -}}
{{- end }}
