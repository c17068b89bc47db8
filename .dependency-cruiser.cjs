/** Who may know whom: an arrow only points from a later station to an earlier one. See docs/architecture.md. */
const stations = {
  model: [],
  protobuf: ['model'],
  operators: ['model'],
  passes: ['operators', 'model'],
  layout: ['operators', 'model'],
  lowering: ['layout', 'operators', 'model'],
  formats: ['protobuf', 'lowering', 'layout', 'passes', 'operators', 'model'],
  files: ['model'],
  engines: ['files', 'formats', 'operators', 'model'],
  trials: ['formats', 'operators', 'model'],
  check: ['trials', 'engines', 'formats', 'operators', 'model'],
  report: ['model'],
  source: ['report', 'files', 'formats', 'passes', 'operators', 'model'],
  proof: ['source', 'files', 'check', 'trials', 'engines', 'formats', 'passes', 'operators', 'model'],
  data: ['files', 'check', 'trials', 'formats', 'operators', 'model'],
  run: ['source', 'passes', 'report', 'files', 'model'],
  conversion: ['run', 'proof', 'source', 'report', 'files', 'check', 'formats', 'passes', 'operators', 'model'],
  verification: [
    ...['run', 'data', 'proof', 'source', 'report', 'files', 'check', 'trials', 'engines', 'formats', 'passes'],
    ...['operators', 'model'],
  ],
  study: ['source', 'report', 'files', 'trials', 'engines', 'formats', 'passes', 'operators', 'model'],
  commands: [
    ...['study', 'verification', 'conversion', 'run', 'data', 'proof', 'source', 'report', 'files', 'engines'],
    ...['trials', 'formats', 'passes', 'operators', 'model'],
  ],
};

// Files that all stations may know: which version this is, what a user may ask for and is told, which name was meant, the middle of numbers, what
// lies where.
const LEAVES =
  '^src/(version|median|option-kinds|nearest-name|commands/(reading|checking|report)-options|(commands/[^/]+|check|data|verification/bisect|proof/impulses)/((shard-)?options|report)|report/report|files/placement)\\.ts$';

const arrows = Object.entries(stations).map(([folder, known]) => ({
  name: `${folder} knows only what comes before it`,
  severity: 'error',
  from: { path: `^src/${folder}/` },
  to: { path: '^src/', pathNot: [`^src/(${[folder, ...known].join('|')})/`, LEAVES] },
}));

module.exports = {
  forbidden: [
    ...arrows,
    {
      // What no engine runs as it is runs as ONNX.
      name: 'formats never import each other, but for the writer of ONNX',
      severity: 'error',
      from: { path: '^src/formats/([^/]+)/' },
      to: { path: '^src/formats/[^/]+/', pathNot: ['^src/formats/$1/', '^src/formats/onnx/write.ts$'] },
    },
    {
      name: 'formats are known by their list alone',
      severity: 'error',
      // An engine's process may know how its format is run.
      from: { path: '^src/', pathNot: '^src/(formats/|engines/child/|core\\.ts$)' },
      to: { path: '^src/formats/[^/]+/' },
    },
    {
      // What is evaluated to prove a merge must not be computed by what merged.
      name: 'a proof shares no code with fusing',
      severity: 'error',
      from: { path: '^src/proof/impulses/' },
      to: { path: '^src/(passes|operators/compute|proof/(?!impulses))/' },
    },
    {
      name: 'only files, engines and cli need Node',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/(files|engines|cli)/' },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'no cycles',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'nothing imports what is not declared',
      severity: 'error',
      from: { path: '^(src|bin)/' },
      to: {
        dependencyTypes: ['npm-no-pkg', 'npm-unknown', 'unknown', 'undetermined'],
        // Declared both for development and as a peer, which is not taken for declared.
        dependencyTypesNot: ['npm-peer'],
        // What bin starts is built, and in a fresh clone not there yet.
        pathNot: 'dist/bundle/',
      },
    },
  ],
  options: {
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    doNotFollow: { path: ['node_modules', '^dist/'] },
    enhancedResolveOptions: {
      extensions: ['.ts', '.tsx', '.js', '.cjs', '.json'],
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default'],
    },
  },
};
