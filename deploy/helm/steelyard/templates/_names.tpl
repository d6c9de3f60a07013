{{/* `<release>`, without the chart's name: objects that people refer to are called as with W&B's chart. */}}
{{- define "steelyard.name" -}}{{ .Release.Name | trunc 40 | trimSuffix "-" }}{{- end }}

{{- define "steelyard.selector" -}}
app.kubernetes.io/name: steelyard
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "steelyard.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{ include "steelyard.selector" . }}
{{- with .Values.global.common.labels }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{/* The `metadata` of an object. Arguments: root, name, labels, annotations, component. */}}
{{- define "steelyard.metadata" -}}
metadata:
  name: {{ .name }}
  namespace: {{ .root.Release.Namespace }}
  labels:
    {{- include "steelyard.labels" .root | nindent 4 }}
    {{- with .component }}
    app.kubernetes.io/component: {{ . }}
    {{- end }}
    {{- with .labels }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  {{- with merge (dict) (.annotations | default dict) (.root.Values.global.common.annotations | default dict) }}
  annotations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
{{- end }}

{{- define "steelyard.image" -}}
{{- $image := .Values.app.image -}}
{{- $parts := list -}}
{{- with .Values.global.imageRegistry }}{{ $parts = append $parts (trimSuffix "/" .) }}{{ end -}}
{{- with .Values.global.repositoryPrefix }}{{ $parts = append $parts (trimAll "/" .) }}{{ end -}}
{{- $parts = append $parts $image.repository -}}
{{- $name := join "/" $parts -}}
{{- if $image.digest }}{{ $name }}@{{ $image.digest }}{{ else }}{{ $name }}:{{ $image.tag | default .Chart.AppVersion }}{{ end -}}
{{- end }}

{{- define "steelyard.serviceAccount" -}}
{{- $account := .Values.app.serviceAccount -}}
{{- if $account.create }}{{ $account.name | default (printf "%s-app" (include "steelyard.name" .)) }}{{ else }}{{ $account.name | default "default" }}{{ end -}}
{{- end }}

{{/* The bucket that counts, as YAML. */}}
{{- define "steelyard.bucket" -}}
{{- if .Values.global.bucket.name }}{{ toYaml .Values.global.bucket }}{{ else }}{{ toYaml .Values.global.defaultBucket }}{{ end -}}
{{- end }}

{{- define "steelyard.hasBucket" -}}
{{- if (include "steelyard.bucket" . | fromYaml).name }}true{{ end -}}
{{- end }}

{{- define "steelyard.hasMysql" -}}
{{- if .Values.global.mysql.host }}true{{ end -}}
{{- end }}

{{/* Whether state lies on a volume, which belongs to one server. */}}
{{- define "steelyard.hasVolume" -}}
{{- if not (and (include "steelyard.hasMysql" .) (include "steelyard.hasBucket" .)) }}true{{ end -}}
{{- end }}

{{- define "steelyard.servers" -}}
{{- if include "steelyard.hasVolume" . }}1
{{- else if kindIs "invalid" .Values.app.replicaCount }}{{ get (dict "small" 1 "medium" 2 "large" 3 "xlarge" 4 "xxlarge" 6) .Values.global.size | default 1 }}
{{- else }}{{ .Values.app.replicaCount }}
{{- end }}
{{- end }}

{{- define "steelyard.workers" -}}
{{- if include "steelyard.hasVolume" . }}0
{{- else if kindIs "invalid" .Values.worker.replicaCount }}{{ get (dict "small" 0 "medium" 1 "large" 2 "xlarge" 2 "xxlarge" 3) .Values.global.size | default 0 }}
{{- else }}{{ .Values.worker.replicaCount }}
{{- end }}
{{- end }}

{{- define "steelyard.isOpenShift" -}}
{{- if or .Values.route.enabled (.Capabilities.APIVersions.Has "route.openshift.io/v1") }}true{{ end -}}
{{- end }}

{{- define "steelyard.resources" -}}
{{- if .given }}{{ toYaml .given }}{{ else -}}
requests: {cpu: 500m, memory: 1Gi}
limits: {memory: 2Gi}
{{- end }}
{{- end }}

{{/* The host of global.host, without scheme and port. */}}
{{- define "steelyard.publicHost" -}}
{{- with .Values.global.host }}{{ (urlParse .).host | splitList ":" | first }}{{ end -}}
{{- end }}

{{/* The authorities given inline, as a map of file name to PEM. */}}
{{- define "steelyard.authorities" -}}
{{- $found := dict -}}
{{- if kindIs "map" .Values.global.customCACerts -}}
{{- range $name, $pem := .Values.global.customCACerts }}{{ $_ := set $found (printf "%s.crt" (trimSuffix ".crt" $name)) $pem }}{{ end -}}
{{- else -}}
{{- range $index, $pem := .Values.global.customCACerts }}{{ $_ := set $found (printf "customCA%d.crt" $index) $pem }}{{ end -}}
{{- end -}}
{{- if $found }}{{ toYaml $found }}{{ end -}}
{{- end }}
