// Holds recorded exchanges against GitHub's own schemas, and fails when anything differs, when a kind
// of request was never recorded, or when an exchange that is broken on purpose is not caught.
// Usage: node judge.mjs FILE_OF_EXCHANGES

import fs from 'node:fs';
import { judgeGraphql, badSpots } from './graphql.mjs';
import { judgeRest, operationOf } from './rest.mjs';

const KINDS = [
  'PullRequest',
  'History',
  'Blobs',
  'GET /repos/{owner}/{repo}/compare/{basehead}',
  'POST /app/installations/{installation_id}/access_tokens',
];
const SHOWN_MAX = 40;

const read = (name) => JSON.parse(fs.readFileSync(new URL(name, import.meta.url)));
const findings = [...knownBadSpots(), ...selfTest(), ...recorded(process.argv[2])];

for (const finding of findings.slice(0, SHOWN_MAX)) console.error(`github: ${finding}`);
if (findings.length > SHOWN_MAX) console.error(`github: and ${findings.length - SHOWN_MAX} more`);
process.exit(findings.length === 0 ? 0 : 1);

// What is wrong with the schemas themselves has to be what is listed, no more and no less.
function knownBadSpots() {
  const known = read('known_bad.json').map((spot) => spot.what);
  const found = badSpots();
  return [
    ...found.filter((spot) => !known.includes(spot)).map((spot) => `a new bad spot: ${spot}`),
    ...known.filter((spot) => !found.includes(spot)).map((spot) => `no longer bad, so take it off the list: ${spot}`),
  ];
}

// Each exchange of broken.json is caught by a finding that names `finds`; the one without is sound.
function selfTest() {
  const missed = [];
  for (const { why, finds, exchange } of read('broken.json')) {
    const found = judge(exchange);
    if (!finds && found.length > 0) missed.push(`self-test: ${why}: ${found.join('; ')}`);
    if (finds && !found.some((finding) => finding.includes(finds))) {
      missed.push(`self-test: ${why}: not caught: ${found.join('; ')}`);
    }
  }
  return missed;
}

function recorded(file) {
  const lines = fs.readFileSync(file, 'utf8').split('\n').filter(Boolean);
  const counts = new Map(KINDS.map((kind) => [kind, 0]));
  const found = new Set();
  for (const line of lines) {
    const exchange = JSON.parse(line);
    const kind = kindOf(exchange);
    counts.set(kind, (counts.get(kind) ?? 0) + (exchange.status === null ? 0 : 1));
    for (const finding of judge(exchange)) found.add(`${kind}: ${finding}`);
  }
  for (const [kind, count] of counts) {
    console.log(`github: ${String(count).padStart(5)} answered ${kind}`);
    if (count === 0 && KINDS.includes(kind)) found.add(`nothing was recorded of ${kind}`);
  }
  console.log(`github: ${lines.length} exchanges, ${found.size} findings`);
  return [...found];
}

function judge(exchange) {
  return exchange.path === '/graphql' ? judgeGraphql(exchange) : judgeRest(exchange);
}

function kindOf(exchange) {
  return exchange.path === '/graphql' ? String(exchange.operation) : operationOf(exchange);
}
