#!/usr/bin/env node
const { load } = require('../dist/bundle/loader.cjs');
const { main } = load(require.resolve('../dist/bundle/main.cjs'));

main(process.argv.slice(2));
