// Writes the JSON schemas of reports, made from their types; the comments there are its descriptions.
import { mkdirSync, writeFileSync } from 'node:fs';
import { createGenerator } from 'ts-json-schema-generator';

const folder = 'dist/report';
mkdirSync(folder, { recursive: true });
write('report', 'src/report/report.ts', 'Report');
write('study', 'src/commands/study/report.ts', 'StudyReport');

function write(name, path, type) {
  const file = `${folder}/${name}.schema.json`;
  const generator = createGenerator({
    path,
    tsconfig: 'tsconfig.json',
    type,
    schemaId: `https://unpkg.com/mobileone/${file}`,
    topRef: false,
    sortProps: false,
    // The compiler has done so before.
    skipTypeCheck: true,
  });
  writeFileSync(file, `${JSON.stringify(generator.createSchema(type), undefined, 2)}\n`);
}
