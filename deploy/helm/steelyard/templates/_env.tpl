{{/* One variable. Arguments: name, value: a string, or a map that holds `valueFrom`. Empty ones are left out. */}}
{{- define "steelyard.variable" }}
{{- if kindIs "map" .value }}
{{- if hasKey .value "valueFrom" }}
- name: {{ .name }}
  valueFrom:
    {{- toYaml .value.valueFrom | nindent 4 }}
{{- end }}
{{- else if ne (toString (.value | default "")) "" }}
- name: {{ .name }}
  value: {{ .value | toString | quote }}
{{- end }}
{{- end }}

{{/* One secret variable. Arguments: name, value, secret and key it is found by where somebody made one, own and ownKey:
     where the chart puts a value that is written inline. */}}
{{- define "steelyard.secretVariable" }}
{{- if .secret }}
- name: {{ .name }}
  valueFrom:
    secretKeyRef: {name: {{ .secret }}, key: {{ .key }}}
{{- else if kindIs "map" .value }}
{{- include "steelyard.variable" (dict "name" .name "value" .value) }}
{{- else if .value }}
- name: {{ .name }}
  valueFrom:
    secretKeyRef: {name: {{ .own }}, key: {{ .ownKey | default .key }}}
{{- end }}
{{- end }}

{{/* Everything that servers, workers and the migration are told. */}}
{{- define "steelyard.environment" -}}
{{- $global := .Values.global -}}
{{- $name := include "steelyard.name" . -}}
- name: STEELYARD_LOGS_JSON
  value: "true"
{{- include "steelyard.variable" (dict "name" "STEELYARD_SERVER_TRUSTED_PROXIES" "value" .Values.app.trustedProxies) }}
- name: STEELYARD_METRICS_PORT
  value: {{ ternary "8181" "0" .Values.metrics.enabled | quote }}
{{- include "steelyard.variable" (dict "name" "HOST" "value" $global.host) }}
{{- with $global.mysql }}
{{- if .host }}
{{- include "steelyard.variable" (dict "name" "MYSQL_HOST" "value" .host) }}
{{- include "steelyard.variable" (dict "name" "MYSQL_PORT" "value" .port) }}
{{- include "steelyard.variable" (dict "name" "MYSQL_DATABASE" "value" .database) }}
{{- include "steelyard.variable" (dict "name" "MYSQL_USER" "value" .user) }}
{{- $reference := .passwordSecret | default dict }}
{{- include "steelyard.secretVariable" (dict "name" "MYSQL_PASSWORD" "value" .password "secret" $reference.name "key" ($reference.passwordKey | default "MYSQL_PASSWORD") "own" (printf "%s-mysql" $name) "ownKey" "MYSQL_PASSWORD") }}
{{- if .caCert }}
- name: MYSQL_CA_CERT_PATH
  value: /etc/ssl/certs/mysql_ca.pem
{{- end }}
{{- end }}
{{- end }}
{{- include "steelyard.bucketEnvironment" . }}
{{- include "steelyard.variable" (dict "name" "SESSION_LENGTH" "value" (printf "%v" ($global.auth.sessionLengthHours | default ""))) }}
{{- with $global.auth.oidc }}
{{- if .issuer }}
{{- include "steelyard.variable" (dict "name" "OIDC_ISSUER" "value" .issuer) }}
{{- include "steelyard.variable" (dict "name" "OIDC_CLIENT_ID" "value" .clientId) }}
{{- include "steelyard.variable" (dict "name" "OIDC_AUTH_METHOD" "value" .authMethod) }}
{{- $reference := .oidcSecret | default dict }}
{{- include "steelyard.secretVariable" (dict "name" "OIDC_CLIENT_SECRET" "value" .secret "secret" $reference.name "key" ($reference.secretKey | default "OIDC_CLIENT_SECRET") "own" (printf "%s-oidc-secret" $name) "ownKey" "OIDC_CLIENT_SECRET") }}
{{- end }}
{{- end }}
{{- with $global.email.smtp }}
{{- if .host }}
{{- include "steelyard.variable" (dict "name" "SMTP_HOST" "value" .host) }}
{{- include "steelyard.variable" (dict "name" "SMTP_PORT" "value" .port) }}
{{- include "steelyard.variable" (dict "name" "SMTP_USER" "value" .user) }}
{{- include "steelyard.secretVariable" (dict "name" "SMTP_PASSWORD" "value" .password "own" (printf "%s-smtp-secret" $name) "ownKey" "SMTP_PASSWORD") }}
{{- include "steelyard.variable" (dict "name" "GORILLA_EMAIL_FROM_ADDRESS" "value" .mailFrom) }}
{{- end }}
{{- end }}
{{- with $global.slack }}
{{- if .clientId }}
{{- include "steelyard.variable" (dict "name" "SLACK_CLIENT_ID" "value" .clientId) }}
{{- include "steelyard.secretVariable" (dict "name" "SLACK_SECRET" "value" .secret "own" (printf "%s-slack-secret" $name) "ownKey" "SLACK_SECRET") }}
{{- end }}
{{- end }}
{{- with $global.banners }}
{{- include "steelyard.variable" (dict "name" "BANNERS" "value" (kindIs "string" . | ternary . (toJson .))) }}
{{- end }}
{{- include "steelyard.variable" (dict "name" "GORILLA_ARTIFACTS_GC_BATCH_SIZE" "value" .Values.artifactsGc.BatchSize) }}
{{- include "steelyard.variable" (dict "name" "GORILLA_ARTIFACTS_GC_DELETE_FILES_NUM_WORKERS" "value" .Values.artifactsGc.DeleteFilesNumWorkers) }}
{{- /* What is set by name comes last and, of two with one name, once. */}}
{{- $extra := merge (dict) (.Values.app.extraEnv | default dict) ($global.extraEnv | default dict) ($global.env | default dict) }}
{{- range $key, $value := $extra }}
{{- include "steelyard.variable" (dict "name" $key "value" $value) }}
{{- end }}
{{- end }}

{{- define "steelyard.bucketEnvironment" }}
{{- $bucket := include "steelyard.bucket" . | fromYaml }}
{{- $name := include "steelyard.name" . }}
{{- if $bucket.name }}
{{- $reference := $bucket.secret | default dict }}
{{- $hasKeys := or $reference.secretName $bucket.accessKey $bucket.secretKey }}
{{- $account := "" }}
{{- if $hasKeys }}
{{- if eq $bucket.provider "az" }}
{{- include "steelyard.secretVariable" (dict "name" "AZURE_STORAGE_KEY" "value" ($bucket.secretKey | default $bucket.accessKey) "secret" $reference.secretName "key" ($reference.secretKeyName | default "SECRET_KEY") "own" (printf "%s-bucket" $name) "ownKey" "SECRET_KEY") }}
{{- else }}
{{- include "steelyard.secretVariable" (dict "name" "BUCKET_ACCESS_KEY" "value" $bucket.accessKey "secret" $reference.secretName "key" ($reference.accessKeyName | default "ACCESS_KEY") "own" (printf "%s-bucket" $name) "ownKey" "ACCESS_KEY") }}
{{- include "steelyard.secretVariable" (dict "name" "BUCKET_SECRET_KEY" "value" $bucket.secretKey "secret" $reference.secretName "key" ($reference.secretKeyName | default "SECRET_KEY") "own" (printf "%s-bucket" $name) "ownKey" "SECRET_KEY") }}
{{- $account = "$(BUCKET_ACCESS_KEY):$(BUCKET_SECRET_KEY)@" }}
{{- end }}
{{- end }}
{{- $scheme := get (dict "gcs" "gs" "az" "az" "cw" "cw") $bucket.provider | default "s3" }}
{{- $path := trimPrefix "/" ($bucket.path | default "") }}
{{- $url := printf "%s://%s%s" $scheme $account $bucket.name }}
{{- with $path }}{{ $url = printf "%s%s%s" $url (ternary "" "/" (hasPrefix "?" .)) . }}{{ end }}
{{- include "steelyard.variable" (dict "name" "BUCKET" "value" $url) }}
{{- /* Keys and a prefix make the name of an AWS bucket look like an endpoint. */}}
{{- if and $account $path (eq $scheme "s3") (not (contains "/" $bucket.name)) (not (contains ":" $bucket.name)) (not (contains "." $bucket.name)) }}
{{- include "steelyard.variable" (dict "name" "STEELYARD_S3_BUCKET" "value" $bucket.name) }}
{{- end }}
{{- include "steelyard.variable" (dict "name" "AWS_REGION" "value" $bucket.region) }}
{{- include "steelyard.variable" (dict "name" "AWS_S3_KMS_ID" "value" $bucket.kmsKey) }}
{{- include "steelyard.variable" (dict "name" "STEELYARD_OBJECTS_PUBLIC_ENDPOINT" "value" .Values.global.bucketPublicEndpoint) }}
{{- if .Values.global.bucketProxied }}
- name: BUCKET_PROXY
  value: "true"
{{- end }}
{{- end }}
{{- end }}

{{- define "steelyard.environmentFrom" -}}
{{- range $name, $source := .Values.global.extraEnvFrom }}
- {{ toYaml $source | nindent 2 | trim }}
{{- end }}
{{- end }}
