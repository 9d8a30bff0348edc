// `schema cluster`: the JSON schema of a cluster file, on stdout or in a file.
import { resolve } from 'node:path'
import { localFiles } from '../../adapters/files.ts'
import { clusterJsonSchema, clusterSchemaText, type JsonSchema } from '../../cluster-file/schema.ts'

/** Everybody may read it. */
const MODE = 0o644

export async function publishSchema(out: string | undefined): Promise<{ readonly schema: JsonSchema; readonly text: string }> {
  const text = clusterSchemaText()
  if (out !== undefined) await localFiles.writeText(resolve(out), text, { mode: MODE })
  return { schema: clusterJsonSchema(), text }
}
