// Hands each request on to a server that wants a key, for clients that have none to send. Prints its own address.
// Usage: node keyed.mjs URL KEY

import http from 'node:http';

const [url, key] = process.argv.slice(2);
const { hostname, port, pathname } = new URL(url);

const proxy = http.createServer((request, response) => {
  const headers = { ...request.headers, authorization: `Bearer ${key}` };
  const onward = http.request({ hostname, port, method: request.method, path: pathname, headers }, (reply) => {
    response.writeHead(reply.statusCode, reply.rawHeaders);
    reply.pipe(response);
  });
  onward.on('error', () => response.destroy());
  response.on('close', () => onward.destroy());
  request.pipe(onward);
});

proxy.listen(0, '127.0.0.1', () => console.log(`http://127.0.0.1:${proxy.address().port}/mcp`));
