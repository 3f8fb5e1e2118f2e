// Connects, lists and calls through the official TypeScript SDK; fails on the first surprise.
// Usage: node typescript.mjs URL

import assert from 'node:assert/strict';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';

const sample = { owner: 'sample', repo: 'storefront', pull_number: 71 };

const client = new Client({ name: 'idwo-clients', version: '1.0.0' });
await client.connect(new StreamableHTTPClientTransport(new URL(process.argv[2])));

const { tools } = await client.listTools();
assert.deepEqual(tools.map((tool) => tool.name), ['analyze_pr']);
assert.equal(tools[0].annotations.readOnlyHint, true);

const answer = await client.callTool({ name: 'analyze_pr', arguments: sample });
assert.equal(answer.isError, false);
assert.match(answer.content[0].text, /storefront#71/);
assert.equal(answer.structuredContent.result.secret_like.total, 1);

const refused = await client.callTool({ name: 'analyze_pr', arguments: { ...sample, pull_number: 0 } });
assert.equal(refused.isError, true);
assert.match(refused.content[0].text, /from 1 to 2147483647/);

await assert.rejects(client.callTool({ name: 'no_such_tool', arguments: {} }), { code: -32602 });

await client.close();
console.log(`TypeScript SDK: ${tools.length} tool listed, called, refused`);
