#!/usr/bin/env node
const { CompiledScripts } = require('../dist/bundle/compiled-scripts.cjs');
const { resolve } = require('node:path');

new CompiledScripts(resolve(__dirname, '../dist/bundle')).load('./main.cjs').main(process.argv.slice(2));
