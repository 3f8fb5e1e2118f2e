// What every TypeScript client does with a served IDWO, whatever its generation.

import assert from 'node:assert/strict';

// Headers of every request.
export const withKey = (key) => ({ requestInit: { headers: key ? { Authorization: `Bearer ${key}` } : {} } });

const sample = { owner: 'sample', repo: 'storefront', pull_number: 71 };

// `callWithProgress(request, onprogress)` calls a tool as this generation of client does. Who sends a
// key talks through API Gateway, which hands on whole answers only: no progress is heard there.
export async function drive(client, callWithProgress, key, health = 'ok') {
  const { tools } = await client.listTools();
  const tool = tools.find(({ name }) => name === 'analyze_pr');
  assert.equal(tool.annotations.readOnlyHint, true);

  const { prompts } = await client.listPrompts();
  assert.deepEqual(prompts.map((prompt) => prompt.name), ['build_fullstack_app', 'debug_and_fix']);
  const prompt = await client.getPrompt({ name: 'debug_and_fix', arguments: { error_message: 'boom' } });
  assert.match(prompt.messages[0].content.text, /analyze_pr/);
  const completed = await client.complete({
    ref: { type: 'ref/prompt', name: 'debug_and_fix' },
    argument: { name: 'language', value: 'py' },
  });
  assert.deepEqual(completed.completion.values, ['python']);

  const { resources } = await client.listResources();
  assert.equal(resources.length, 2);
  const healthNow = await client.readResource({ uri: 'orchestrator://health' });
  assert.equal(JSON.parse(healthNow.contents[0].text).state, health);

  const heard = [];
  const call = { name: 'analyze_pr', arguments: sample };
  const answer = await callWithProgress(call, ({ progress }) => heard.push(progress));
  assert.equal(heard.length > 0, key === undefined, heard);
  assert.ok(heard.every((n, i) => i === 0 || n > heard[i - 1]), heard);
  assert.equal(answer.isError, false);
  assert.match(answer.content[0].text, /storefront#71/);
  assert.equal(answer.structuredContent.result.secret_like.total, 1);

  const refused = await client.callTool({ name: 'analyze_pr', arguments: { ...sample, pull_number: 0 } });
  assert.equal(refused.isError, true);
  assert.match(refused.content[0].text, /from 1 to 2147483647/);

  await assert.rejects(client.callTool({ name: 'no_such_tool', arguments: {} }), { code: -32602 });
}
