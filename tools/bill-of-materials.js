import { readFileSync } from 'node:fs';
import { packageIn } from './packages.js';

/**
 * What the package is made of, as CycloneDX 1.6 has it: npm sees no dependency in what was joined into a script. It has no time
 * and no number of its own, so that the same sources give the same bytes.
 * @param folders of packages whose code or files are in the bundle
 */
export function billOfMaterials(folders) {
  const own = JSON.parse(readFileSync('package.json', 'utf8'));
  return {
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    version: 1,
    metadata: { component: component(own, 'application') },
    components: folders.map((folder) => component(packageIn(folder), 'library')),
  };
}

function component({ name, version, license }, type) {
  const [scope, bare = scope] = name.split('/');
  return {
    type,
    'bom-ref': `${name}@${version}`,
    ...(bare === scope ? { name } : { group: scope, name: bare }),
    version,
    // A name on SPDX's list, or an expression of them.
    licenses: [/ (OR|AND|WITH) /.test(license) ? { expression: license } : { license: { id: license } }],
    purl: `pkg:npm/${name.replace('@', '%40')}@${version}`,
  };
}
