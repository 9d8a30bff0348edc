// A small but real Helm chart: one Deployment, a Service and a ConfigMap, with values that a HelmRelease sets.
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { create } from 'tar'
import type { Blob } from './oci-client.ts'

export const CHART = { repository: 'charts/hello', name: 'hello', version: '1.0.0' } as const

const metadata = {
  apiVersion: 'v2',
  name: CHART.name,
  version: CHART.version,
  appVersion: '1.4.2',
  description: 'Says hello over HTTP',
  type: 'application',
}

const commonLabels = `    app.kubernetes.io/name: {{ .Chart.Name }}
    app.kubernetes.io/instance: {{ .Release.Name }}
    app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}`

const FILES: Readonly<Record<string, string>> = {
  'Chart.yaml': `${JSON.stringify(metadata, null, 2)}\n`,
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

/** The chart as `helm package` makes it, and its config, with the media types of Helm's OCI support. `scratch` is an existing folder. */
export async function helloChart(scratch: string): Promise<{ config: Blob; layer: Blob }> {
  const folder = await mkdtemp(join(scratch, 'chart-'))
  try {
    for (const [name, content] of Object.entries(FILES)) {
      const path = join(folder, CHART.name, name)
      await mkdir(dirname(path), { recursive: true })
      await writeFile(path, content)
    }
    const names = Object.keys(FILES).map((name) => `${CHART.name}/${name}`)
    const archive = create({ cwd: folder, gzip: true, portable: true, mtime: new Date(0) }, names)
    const bytes = await archive.concat()
    return {
      config: { mediaType: 'application/vnd.cncf.helm.config.v1+json', bytes: Buffer.from(JSON.stringify(metadata)) },
      layer: { mediaType: 'application/vnd.cncf.helm.chart.content.v1.tar+gzip', bytes },
    }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
