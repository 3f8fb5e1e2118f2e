// The TypeScript SDK of the generation before 2026-07-28; fails on the first surprise.
// Usage: node typescript_1.mjs URL [KEY [HEALTH]]

import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { drive, withKey } from './story.mjs';

const [url, key, health] = process.argv.slice(2);
const client = new Client({ name: 'idwo-clients', version: '1.0.0' });
await client.connect(new StreamableHTTPClientTransport(new URL(url), withKey(key)));
await drive(client, (request, onprogress) => client.callTool(request, undefined, { onprogress }), key, health);
await client.close();
console.log(`TypeScript SDK 1: lists, prompts, completes, reads, calls${key ? '' : ', hears progress'}, is refused`);
