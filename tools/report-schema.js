// Writes the JSON schema of reports, made from their types; the comments there are its descriptions.
import { mkdirSync, writeFileSync } from 'node:fs';
import { createGenerator } from 'ts-json-schema-generator';

const folder = 'dist/report';
const generator = createGenerator({
  path: 'src/report/report.ts',
  tsconfig: 'tsconfig.json',
  type: 'Report',
  schemaId: 'https://unpkg.com/mobileone/dist/report/report.schema.json',
  topRef: false,
  sortProps: false,
  // The compiler has done so before.
  skipTypeCheck: true,
});
mkdirSync(folder, { recursive: true });
writeFileSync(`${folder}/report.schema.json`, `${JSON.stringify(generator.createSchema('Report'), undefined, 2)}\n`);
