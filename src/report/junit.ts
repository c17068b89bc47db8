import XMLBuilder from 'fast-xml-builder';
import type { Report } from './report.js';
import { type TestCase, testSuites } from './test-cases.js';
import { showName } from './text.js';

/** A report as test results, in the XML that JUnit's writers and continuous integration agree on: a suite for each model. */
export function junitXml({ command, models }: Report): string {
  const cases = testSuites(models);
  const suites = models.map(({ source }, place) => suite(showName(source.path), cases[place] ?? []));
  const builder = new XMLBuilder({
    ignoreAttributes: false,
    attributeNamePrefix: '@',
    suppressBooleanAttributes: false,
    format: true,
  });
  const all = { '@name': `mobileone ${command}`, ...counts(cases.flat()), testsuite: suites };
  return `<?xml version="1.0" encoding="UTF-8"?>\n${builder.build({ testsuites: all })}`;
}

function suite(name: string, cases: readonly TestCase[]) {
  const testcases = cases.map((each) => testcase(each, name));
  return { '@name': name, ...counts(cases), '@skipped': numberOf(cases, 'skipped'), testcase: testcases };
}

function counts(cases: readonly TestCase[]) {
  return {
    '@tests': cases.length,
    '@failures': numberOf(cases, 'failed'),
    '@errors': numberOf(cases, 'broken'),
  };
}

function numberOf(cases: readonly TestCase[], result: TestCase['result']): number {
  return cases.filter((each) => each.result === result).length;
}

/** The text of what went wrong stands in the body, where every reader shows it. */
function testcase({ name, result, lines }: TestCase, suiteName: string) {
  const head = { '@name': name, '@classname': suiteName };
  const text = lines.join('\n');
  if (result === 'passed') return { ...head, 'system-out': text };
  const body = { '@message': lines[0] ?? '', '#text': text };
  const elements = { failed: 'failure', broken: 'error', skipped: 'skipped' } as const;
  return { ...head, [elements[result]]: body };
}
