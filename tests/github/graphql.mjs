// GraphQL: a request has to be valid, and an answer has to have the shape of its query, with nothing
// missing and nothing more.

import fs from 'node:fs';
import {
  GraphQLError,
  buildSchema,
  getNamedType,
  getNullableType,
  getOperationAST,
  isAbstractType,
  isEnumType,
  isLeafType,
  isListType,
  isNonNullType,
  parse,
  typeFromAST,
  validate,
  validateSchema,
} from 'graphql';
import { getArgumentValues, getVariableValues } from 'graphql/execution/values.js';
import { validateSDL } from 'graphql/validation/validate.js';

const text = fs.readFileSync(
  new URL('node_modules/@octokit/graphql-schema/schema.graphql', import.meta.url),
  'utf8',
);
// Its own rules would refuse the schema; what it breaks is listed in known_bad.json.
const schema = buildSchema(text, { assumeValidSDL: true });

const TYPENAME = '__typename';

const SCALARS = {
  Boolean: (value) => typeof value === 'boolean',
  DateTime: (value) => /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(value),
  Float: (value) => typeof value === 'number',
  GitObjectID: (value) => /^[0-9a-f]{40}([0-9a-f]{24})?$/.test(value),
  Int: (value) => Number.isInteger(value) && Math.abs(value) < 2 ** 31,
  URI: (value) => typeof value === 'string' && URL.canParse(value),
};

export function badSpots() {
  return [...validateSDL(parse(text)), ...validateSchema(schema)].map((error) => error.message);
}

export function judgeGraphql({ request, status, answer }) {
  if (typeof request?.query !== 'string') return ['the request has no query'];
  const { document, findings } = judgeRequest(request);
  if (findings.length > 0 || status === null || status !== 200) return findings;
  return judgeAnswer(document, request, answer);
}

function judgeRequest(request) {
  let document;
  try {
    document = parse(request.query);
  } catch (error) {
    if (error instanceof GraphQLError) return { findings: [`the query cannot be read: ${error.message}`] };
    throw error;
  }
  const findings = validate(schema, document).map((error) => error.message);
  const operation = getOperationAST(document, request.operationName);
  if (!operation) return { findings: [...findings, `no operation ${request.operationName}`] };
  const defined = operation.variableDefinitions ?? [];
  const { errors } = getVariableValues(schema, defined, request.variables ?? {});
  findings.push(...(errors ?? []).map((error) => error.message));
  const names = defined.map((definition) => definition.variable.name.value);
  const strangers = Object.keys(request.variables ?? {}).filter((name) => !names.includes(name));
  findings.push(...strangers.map((name) => `the variable ${name} is not defined`));
  return { document, findings };
}

function judgeAnswer(document, request, answer) {
  const findings = [];
  const errors = answer?.errors;
  if (errors !== undefined && !(Array.isArray(errors) && errors.length > 0)) findings.push('errors are no list');
  for (const error of errors ?? []) {
    if (typeof error.message !== 'string') findings.push('an error has no message');
  }
  if (answer?.data === undefined || answer.data === null) {
    if (!errors) findings.push('neither data nor errors');
    return findings;
  }
  const operation = getOperationAST(document, request.operationName);
  const { coerced } = getVariableValues(schema, operation.variableDefinitions ?? [], request.variables ?? {});
  const walk = new Walk(document, coerced ?? {});
  return [...findings, ...walk.object(schema.getQueryType(), [operation.selectionSet], answer.data, 'data')];
}

class Walk {
  constructor(document, variables) {
    this.variables = variables;
    const fragments = document.definitions.filter((definition) => definition.kind === 'FragmentDefinition');
    this.fragments = new Map(fragments.map((fragment) => [fragment.name.value, fragment]));
  }

  value(type, selections, value, at) {
    if (value === null) return isNonNullType(type) ? [`${at} is null`] : [];
    const nullable = getNullableType(type);
    if (isListType(nullable)) {
      if (!Array.isArray(value)) return [`${at} is no list`];
      return value.flatMap((item, index) => this.value(nullable.ofType, selections, item, `${at}.${index}`));
    }
    if (isLeafType(nullable)) return leaf(nullable, value, at);
    return isAbstractType(nullable)
      ? this.abstract(nullable, selections, value, at)
      : this.object(nullable, selections, value, at);
  }

  // Where the answer does not say which type it is, it has to fit one of them.
  abstract(type, selections, value, at) {
    const possible = schema.getPossibleTypes(type);
    if (value[TYPENAME] === undefined) {
      const tried = possible.map((concrete) => this.object(concrete, selections, value, at));
      return tried.reduce((best, other) => (other.length < best.length ? other : best));
    }
    const concrete = possible.find((candidate) => candidate.name === value[TYPENAME]);
    if (!concrete) return [`${at} is a ${value[TYPENAME]}, which is no ${type.name}`];
    return this.object(concrete, selections, value, at);
  }

  object(type, selections, value, at) {
    if (typeof value !== 'object' || Array.isArray(value)) return [`${at} is no object`];
    const fields = new Map();
    for (const set of selections) this.collect(type, set, fields);
    const findings = Object.keys(value)
      .filter((key) => !fields.has(key))
      .map((key) => `${at}.${key} was not asked for`);
    for (const [key, nodes] of fields) {
      if (value[key] === undefined) findings.push(`${at}.${key} is missing`);
      else findings.push(...this.field(type, nodes, value[key], `${at}.${key}`));
    }
    return findings;
  }

  field(type, nodes, value, at) {
    const name = nodes[0].name.value;
    if (name === TYPENAME) return value === type.name ? [] : [`${at} is ${value} and not ${type.name}`];
    const definition = type.getFields()[name];
    const selections = nodes.map((node) => node.selectionSet).filter(Boolean);
    const findings = this.value(definition.type, selections, value, at);
    const { first, last } = getArgumentValues(definition, nodes[0], this.variables);
    const most = first ?? last ?? Infinity;
    if (value?.nodes?.length > most) findings.push(`${at}.nodes are more than ${most}`);
    return findings;
  }

  // By the key under which each is answered, the fields that are asked of this type.
  collect(type, set, fields) {
    for (const selection of set.selections) {
      if (selection.kind === 'Field') {
        const key = (selection.alias ?? selection.name).value;
        fields.set(key, [...(fields.get(key) ?? []), selection]);
        continue;
      }
      const fragment =
        selection.kind === 'FragmentSpread' ? this.fragments.get(selection.name.value) : selection;
      const condition = fragment.typeCondition ? typeFromAST(schema, fragment.typeCondition) : type;
      const applies = condition === type || (isAbstractType(condition) && schema.isSubType(condition, type));
      if (applies) this.collect(type, fragment.selectionSet, fields);
    }
  }
}

function leaf(type, value, at) {
  if (isEnumType(type)) {
    return type.getValue(value) ? [] : [`${at} is ${value}, which is no ${getNamedType(type).name}`];
  }
  const fits = SCALARS[type.name] ?? ((text) => typeof text === 'string');
  return fits(value) ? [] : [`${at} is ${JSON.stringify(value)}, which is no ${type.name}`];
}
