import { expect, it } from 'vitest';
import { structuralSchema } from '../../src/export/structural-schema.js';

const open = { 'x-kubernetes-preserve-unknown-fields': true };
const integer = { type: 'integer' };

it.each([
  ['nothing', undefined, { type: 'object', ...open }, []],
  [
    'properties without types',
    {
      properties: {
        spec: { properties: { size: integer, any: {} } },
        metadata: { properties: { name: { maxLength: 3 } } },
      },
    },
    {
      type: 'object',
      ...open,
      properties: {
        spec: { type: 'object', ...open, properties: { size: integer, any: open } },
        metadata: { type: 'object' },
      },
    },
    [],
  ],
  [
    'an integer or a string',
    { properties: { port: { anyOf: [{ type: 'integer' }, { type: 'string' }] } } },
    { type: 'object', ...open, properties: { port: { 'x-kubernetes-int-or-string': true } } },
    [],
  ],
  [
    'lists, maps, and what v1 forbids',
    {
      properties: {
        list: { type: 'array', uniqueItems: true },
        map: { type: 'object', additionalProperties: { type: 'string' } },
        closed: { type: 'object', additionalProperties: false },
        ref: { $ref: '#/x' },
      },
    },
    {
      type: 'object',
      ...open,
      properties: {
        list: { type: 'array', items: open },
        map: { type: 'object', additionalProperties: { type: 'string' } },
        closed: { type: 'object', ...open },
        ref: open,
      },
    },
    ['.list: uniqueItems', '.closed: additionalProperties: false', '.ref: $ref'],
  ],
  [
    'choices, whose types stand outside of them',
    { properties: { spec: { oneOf: [{ required: ['a'], properties: { a: { type: 'string', minLength: 1 } } }] } } },
    {
      type: 'object',
      ...open,
      properties: {
        spec: {
          oneOf: [{ required: ['a'], properties: { a: { minLength: 1 } } }],
          type: 'object',
          properties: { a: open },
          ...open,
        },
      },
    },
    ['.spec: type below .spec.oneOf'],
  ],
  [
    'choices at its root, which may not speak of metadata',
    { anyOf: [{ required: ['x'], properties: { metadata: { required: ['labels'] } } }] },
    { type: 'object', ...open, anyOf: [{ required: ['x'], properties: {} }] },
    ['(root): metadata below .anyOf'],
  ],
])('makes a structural schema of %s', (_, schema, made, weaker) => {
  expect(structuralSchema(schema)).toEqual({ schema: made, weaker });
});
