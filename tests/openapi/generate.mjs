// Generates TypeScript with openapi-typescript and @hey-api/openapi-ts, from documents/<api>.plain.json to src.
// Usage: node generate.mjs <api>…     in the directory of the installation
import { writeFile } from 'node:fs/promises'
import { pathToFileURL } from 'node:url'
import { createClient } from '@hey-api/openapi-ts'
import openapiTS, { astToString } from 'openapi-typescript'

for (const api of process.argv.slice(2)) {
  const input = `documents/${api}.plain.json`
  await writeFile(`src/${api}.ts`, astToString(await openapiTS(pathToFileURL(input))))
  const output = `src/${api}`
  await createClient({ input: `./${input}`, output, plugins: ['@hey-api/client-fetch', '@hey-api/typescript', '@hey-api/sdk'], logs: { level: 'silent' } })
}
