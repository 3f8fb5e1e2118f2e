// Reads what the conformance suite wrote about tasks, prints it, and fails unless every check of every scenario
// passes. The suite itself skips the only check of `tasks-status-notifications`.
// Usage: node judge_tasks.mjs RESULTS SCENARIO…

import fs from 'node:fs';
import path from 'node:path';

const [results, ...scenarios] = process.argv.slice(2);
const SKIPPED = 'tasks-status-notifications';
let isGood = true;

for (const scenario of scenarios) {
  const checks = checksOf(scenario);
  const wanted = scenario === SKIPPED ? 'SKIPPED' : 'SUCCESS';
  const bad = checks.filter((check) => check.status !== wanted);
  for (const { id, status, errorMessage } of bad) console.error(`${scenario}: ${id}: ${status}: ${errorMessage}`);
  if (bad.length > 0 || checks.length === 0) isGood = false;
  const passed = checks.length - bad.length;
  console.log(`  ${scenario.padEnd(32)}${wanted === 'SKIPPED' ? 'skipped by the suite' : `${passed} of ${checks.length}`}`);
}
process.exit(isGood ? 0 : 1);

// None for a scenario that was not run.
function checksOf(scenario) {
  const folder = fs.readdirSync(results).find((name) => name.startsWith(`server-${scenario}-20`));
  const file = folder && path.join(results, folder, 'checks.json');
  return file && fs.existsSync(file) ? JSON.parse(fs.readFileSync(file)) : [];
}
