{{/* The `spec` of every pod. Arguments: root, component, args, env (more variables, YAML), affinity, resources. */}}
{{- define "steelyard.pod" -}}
{{- $root := .root -}}
{{- $app := $root.Values.app -}}
{{- $global := $root.Values.global -}}
serviceAccountName: {{ include "steelyard.serviceAccount" $root }}
automountServiceAccountToken: false
# Kubernetes would set variables that are named after services, and look like settings.
enableServiceLinks: false
{{- with concat ($global.imagePullSecrets | default list) ($root.Values.imagePullSecrets | default list) | uniq }}
imagePullSecrets:
  {{- range . }}
  - name: {{ if kindIs "map" . }}{{ .name }}{{ else }}{{ . }}{{ end }}
  {{- end }}
{{- end }}
securityContext:
  {{- toYaml (merge (dict) (dig "pod" "securityContext" (dict) $app) $app.podSecurityContext) | nindent 2 }}
  {{- if and (include "steelyard.hasVolume" $root) (eq .component "app") (not (include "steelyard.isOpenShift" $root)) (not (hasKey $app.podSecurityContext "fsGroup")) }}
  # The volume must be writable for group 0; OpenShift sees to that by itself.
  fsGroup: 0
  fsGroupChangePolicy: OnRootMismatch
  {{- end }}
{{- with $app.nodeSelector | default $global.nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $app.tolerations | default $global.tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .affinity }}
affinity:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .spread }}
topologySpreadConstraints:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $global.priorityClassName }}
priorityClassName: {{ . }}
{{- end }}
{{- with .restartPolicy }}
restartPolicy: {{ . }}
{{- end }}
{{- with .grace }}
terminationGracePeriodSeconds: {{ . }}
{{- end }}
containers:
  - name: {{ .component }}
    image: {{ include "steelyard.image" $root }}
    imagePullPolicy: {{ $app.image.pullPolicy }}
    args: {{ toJson .args }}
    env:
      {{- include "steelyard.environment" $root | nindent 6 }}
      {{- with .env }}
      {{- . | nindent 6 }}
      {{- end }}
    {{- with include "steelyard.environmentFrom" $root }}
    envFrom:
      {{- . | nindent 6 }}
    {{- end }}
    securityContext:
      {{- toYaml (merge (dict) (dig "container" "securityContext" (dict) $app) $app.securityContext) | nindent 6 }}
    resources:
      {{- include "steelyard.resources" (dict "given" .resources) | nindent 6 }}
    {{- with .more }}
    {{- . | nindent 4 }}
    {{- end }}
    volumeMounts:
      - {name: tmp, mountPath: /tmp}
      - {name: vol, mountPath: /vol{{ if and (include "steelyard.hasVolume" $root) $root.Values.persistence.subPath }}, subPath: {{ $root.Values.persistence.subPath | quote }}{{ end }}}
      {{- if $global.mysql.caCert }}
      - {name: mysql-ca, mountPath: /etc/ssl/certs/mysql_ca.pem, subPath: mysql_ca.pem, readOnly: true}
      {{- end }}
      {{- if include "steelyard.authorities" $root }}
      - {name: ca-inline, mountPath: /usr/local/share/ca-certificates/inline, readOnly: true}
      {{- end }}
      {{- if $global.caCertsConfigMap }}
      - {name: ca-configmap, mountPath: /usr/local/share/ca-certificates/configmap, readOnly: true}
      {{- end }}
      {{- with $app.volumeMounts }}
      {{- toYaml . | nindent 6 }}
      {{- end }}
volumes:
  - name: tmp
    emptyDir: {}
  - name: vol
    {{- if and (include "steelyard.hasVolume" $root) (eq .component "app") }}
    persistentVolumeClaim:
      claimName: {{ $root.Values.persistence.existingClaim | default (printf "%s-data" (include "steelyard.name" $root)) }}
    {{- else }}
    emptyDir: {}
    {{- end }}
  {{- if $global.mysql.caCert }}
  - name: mysql-ca
    {{- if kindIs "map" $global.mysql.caCert }}
    {{- $from := $global.mysql.caCert.valueFrom }}
    {{- if $from.secretKeyRef }}
    secret:
      secretName: {{ $from.secretKeyRef.name }}
      items: [{key: {{ $from.secretKeyRef.key }}, path: mysql_ca.pem}]
    {{- else }}
    configMap:
      name: {{ $from.configMapKeyRef.name }}
      items: [{key: {{ $from.configMapKeyRef.key }}, path: mysql_ca.pem}]
    {{- end }}
    {{- else }}
    configMap:
      name: {{ include "steelyard.name" $root }}-ca-certs
      items: [{key: mysql_ca.pem, path: mysql_ca.pem}]
    {{- end }}
  {{- end }}
  {{- if include "steelyard.authorities" $root }}
  - name: ca-inline
    configMap:
      name: {{ include "steelyard.name" $root }}-ca-certs
  {{- end }}
  {{- with $global.caCertsConfigMap }}
  - name: ca-configmap
    configMap:
      name: {{ . }}
  {{- end }}
  {{- with $app.volumes }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- end }}
