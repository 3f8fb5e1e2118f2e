// The TypeScript client of 2026-07-28, which finds out by itself what a server speaks.
// Usage: node typescript_2.mjs URL [KEY [HEALTH]]

import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { drive, withKey } from './story.mjs';

const [url, key, health] = process.argv.slice(2);
const client = new Client(
  { name: 'idwo-clients', version: '1.0.0' },
  { versionNegotiation: { mode: 'auto' } },
);
await client.connect(new StreamableHTTPClientTransport(new URL(url), withKey(key)));
await drive(client, (request, onprogress) => client.callTool(request, { onprogress }), key, health);
await client.close();
console.log(`TypeScript client 2 (auto): lists, prompts, completes, reads, calls${key ? '' : ', hears progress'}, is refused`);
