// A small but real Helm chart: one Deployment, a Service and a ConfigMap, with values that a HelmRelease sets.
import { packChart } from './chart.ts'
import type { Blob } from './oci-client.ts'

export const CHART = { repository: 'charts/hello', name: 'hello', version: '1.0.0' } as const

const metadata = {
  apiVersion: 'v2',
  name: CHART.name,
  version: CHART.version,
  appVersion: '1.4.2',
  description: 'Says hello over HTTP',
  type: 'application',
} as const

const commonLabels = `    app.kubernetes.io/name: {{ .Chart.Name }}
    app.kubernetes.io/instance: {{ .Release.Name }}
    app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}`

const FILES: Readonly<Record<string, string>> = {
  'values.yaml': 'replicas: 1\nimage: registry.home.arpa/hello\nmessage: hello\nservice:\n  port: 80\n',
  'templates/configmap.yaml': `apiVersion: v1
kind: ConfigMap
metadata:
  name: {{ .Release.Name }}
  labels:
${commonLabels}
data:
  message: {{ .Values.message | quote }}
`,
  'templates/service.yaml': `apiVersion: v1
kind: Service
metadata:
  name: {{ .Release.Name }}
  labels:
${commonLabels}
spec:
  selector:
    app.kubernetes.io/instance: {{ .Release.Name }}
  ports:
    - name: http
      port: {{ .Values.service.port }}
      targetPort: http
`,
  'templates/deployment.yaml': `apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ .Release.Name }}
  labels:
${commonLabels}
spec:
  replicas: {{ .Values.replicas }}
  selector:
    matchLabels:
      app.kubernetes.io/instance: {{ .Release.Name }}
  template:
    metadata:
      labels:
        app.kubernetes.io/name: {{ .Chart.Name }}
        app.kubernetes.io/instance: {{ .Release.Name }}
    spec:
      containers:
        - name: hello
          image: "{{ .Values.image }}:{{ .Chart.AppVersion }}"
          ports:
            - name: http
              containerPort: 8080
          envFrom:
            - configMapRef:
                name: {{ .Release.Name }}
`,
}

/** `scratch` is an existing folder. */
export const helloChart = (scratch: string): Promise<{ config: Blob; layer: Blob }> => packChart(scratch, metadata, FILES)
