// REST: a request has to name a path that exists and parameters that it has, and an answer has to
// satisfy the schema of its status.

import fs from 'node:fs';
import Ajv from 'ajv';
import addFormats from 'ajv-formats';

const ID = 'github';
const MEDIA = 'application/json';
// Every path can answer these, and few say so.
const REFUSALS = ['401', '403'];
const NOT_MODIFIED = 304;

const description = JSON.parse(
  fs.readFileSync(new URL('node_modules/@octokit/openapi/generated/api.github.com.json', import.meta.url)),
);
const routes = Object.keys(description.paths).map((template) => ({ template, pattern: pattern(template) }));

const ajv = new Ajv({ strict: false, allErrors: true, coerceTypes: false });
const coercing = new Ajv({ strict: false, allErrors: true, coerceTypes: true });
addFormats(ajv);
addFormats(coercing);
const components = nullable(description.components);
for (const judge of [ajv, coercing]) judge.addSchema({ $id: ID, components });
const compiled = new Map();

export function operationOf({ method, path }) {
  const route = routeOf({ method, path });
  return route ? `${method} ${route.template}` : `${method} ${path}`;
}

export function judgeRest(exchange) {
  const route = routeOf(exchange);
  if (!route) return [`${exchange.method} ${exchange.path} does not exist`];
  const operation = description.paths[route.template][exchange.method.toLowerCase()];
  const findings = judgeRequest(exchange, route, operation);
  return exchange.status === null ? findings : [...findings, ...judgeAnswer(exchange, operation)];
}

function routeOf({ method, path }) {
  const fitting = routes.filter(({ template, pattern }) => {
    return pattern.test(path) && description.paths[template][method.toLowerCase()];
  });
  // A path without a parameter goes before one whose parameter it would fill.
  const parameters = ({ template }) => template.split('{').length;
  return fitting.sort((one, other) => parameters(one) - parameters(other))[0];
}

function pattern(template) {
  const parts = template.split(/\{[^}]+\}/).map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('([^/]+)')}$`);
}

function judgeRequest({ path, query, request }, { template, pattern }, operation) {
  const defined = (operation.parameters ?? []).map(resolved);
  const names = [...template.matchAll(/\{([^}]+)\}/g)].map((match) => match[1]);
  const values = pattern.exec(path).slice(1);
  const given = [
    ...names.map((name, index) => ['path', name, values[index]]),
    ...Object.entries(query ?? {}).map(([name, value]) => ['query', name, value]),
  ];
  const findings = given.flatMap(([place, name, value]) => {
    const parameter = defined.find((parameter) => parameter.in === place && parameter.name === name);
    if (!parameter) return [`there is no parameter ${name} in the ${place}`];
    return errors(coercing, { type: 'object', properties: { [name]: parameter.schema } }, { [name]: value });
  });
  const schema = operation.requestBody?.content?.[MEDIA]?.schema;
  if (request !== null && !schema) findings.push('a body was sent, and none is taken');
  if (request !== null && schema) findings.push(...errors(ajv, schema, request));
  return findings;
}

function judgeAnswer({ status, answer }, operation) {
  if (status === NOT_MODIFIED) return answer === null ? [] : ['304 with a body'];
  const response = resolved(operation.responses[status]);
  const listed = response?.content?.[MEDIA]?.schema;
  const refusal = REFUSALS.includes(String(status)) && { $ref: '#/components/schemas/basic-error' };
  const schema = listed ?? refusal;
  if (!schema) return [`${status} is none of its answers`];
  const strangers = refusal ? unknown(answer, ['message', 'documentation_url', 'status', 'url']) : [];
  return [...errors(ajv, schema, answer), ...strangers];
}

function unknown(answer, names) {
  return Object.keys(answer ?? {}).filter((name) => !names.includes(name)).map((name) => `${name} is too many`);
}

function errors(judge, schema, value) {
  const key = `${judge === ajv}${JSON.stringify(schema)}`;
  if (!compiled.has(key)) compiled.set(key, judge.compile(rooted(nullable(schema))));
  const valid = compiled.get(key);
  if (valid(structuredClone(value))) return [];
  return valid.errors.map((error) => `${error.instancePath || '.'} ${error.message}`);
}

function resolved(value) {
  if (!value?.$ref) return value;
  return value.$ref.split('/').slice(1).reduce((inner, name) => inner[name], description);
}

// References lead into the description, wherever they are compiled.
function rooted(schema) {
  return JSON.parse(JSON.stringify(schema).replaceAll('"#/components/', `"${ID}#/components/`));
}

// What OpenAPI 3.0 calls nullable, in the words of JSON Schema.
function nullable(schema) {
  if (Array.isArray(schema)) return schema.map(nullable);
  if (schema === null || typeof schema !== 'object') return schema;
  const inner = Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, nullable(value)]));
  if (inner.nullable !== true) return inner;
  delete inner.nullable;
  return { anyOf: [{ type: 'null' }, inner] };
}
