// A person approves in a form of the TypeScript client of 2026-07-28; one without forms, and one of the
// generation before, get a link instead and approve nothing.
// Usage: node approve.mjs URL APPROVAL

import assert from 'node:assert/strict';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { Client as OldClient } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport as OldTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';

const [url, approval] = process.argv.slice(2);
const named = { name: 'idwo-clients', version: '1.0.0' };
const call = { name: 'resolve_approval', arguments: { approval_id: approval, decision: 'approve' } };

async function now(capabilities = {}) {
  const client = new Client(named, { capabilities, versionNegotiation: { mode: 'auto' } });
  await client.connect(new StreamableHTTPClientTransport(new URL(url)));
  return client;
}

async function before() {
  const client = new OldClient(named, { capabilities: { elicitation: {} } });
  await client.connect(new OldTransport(new URL(url)));
  return client;
}

for (const client of [await now(), await before()]) {
  const { structuredContent: told } = await client.callTool(call);
  assert.equal(told.status, 'needs_approval');
  assert.ok(told.result.link.startsWith(new URL(`/approvals/${approval}/`, url).href), told.result.link);
  await client.close();
}
console.log('TypeScript, without forms: a link instead, from both generations');

const client = await now({ elicitation: { form: {} } });
const shown = [];
client.setRequestHandler('elicitation/create', async ({ params }) => {
  shown.push(params.message);
  return { action: 'accept', content: { decision: 'approve' } };
});
const { structuredContent: decided } = await client.callTool(call);
assert.equal(decided.result.state, 'approved');
assert.equal(decided.result.decided.through, 'elicitation');
assert.equal(shown.length, 1);
assert.match(shown[0], /release v2\.4\.0, on acme\/storefront\.\n1\. tag v2\.4\.0/);

const { structuredContent: again } = await client.callTool(call);
assert.equal(again.status, 'refused');
assert.equal(shown.length, 1, 'what is decided is not asked again');
await client.close();
console.log('TypeScript, with forms: the user saw the plan and approved it, once');
