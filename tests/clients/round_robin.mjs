// Hands each request to the next of several servers, as a balancer in front of processes that
// share nothing does. Prints its own address.
// Usage: node round_robin.mjs URL URL…

import http from 'node:http';

const servers = process.argv.slice(2).map((url) => new URL(url));
const served = servers.map(() => 0);
let turn = 0;

const balancer = http.createServer((request, response) => {
  const index = turn++ % servers.length;
  served[index] += 1;
  const { hostname, port } = servers[index];
  const { method, url: path, headers } = request;
  const onward = http.request({ hostname, port, method, path, headers }, (reply) => {
    response.writeHead(reply.statusCode, reply.rawHeaders);
    reply.pipe(response);
  });
  onward.on('error', () => response.destroy());
  response.on('close', () => onward.destroy());
  request.pipe(onward);
});

balancer.listen(0, '127.0.0.1', () => {
  console.log(`http://127.0.0.1:${balancer.address().port}/mcp`);
});
process.on('SIGTERM', () => {
  console.log(`served ${served.join(' and ')} requests`);
  process.exit(served.every((count) => count > 0) ? 0 : 1);
});
