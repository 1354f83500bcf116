import type { z } from 'zod';
import type { RuleProblem } from '../../cluster/rules.js';
import { presentName } from './former-names.js';
import { jsonSchema } from './json-schema.js';
import { isUrlKey, mayBeSecret, notShown } from './secrets.js';

type Issue = z.core.$ZodIssue;

/** The schema's complaints in words: what was found, what was expected, and the near name of a misspelt one. */
export function issueProblems(issues: readonly Issue[], value: unknown): RuleProblem[] {
  return issues.flatMap((issue) => problemsOf(issue, value));
}

function problemsOf(issue: Issue, value: unknown): RuleProblem[] {
  const { path } = issue;
  const there = at(value, path);
  const problem = (message: string, expected: string, more: Partial<RuleProblem> = {}): RuleProblem => ({
    path,
    message,
    found: show(there, path),
    expected,
    severity: 'error',
    ...more,
  });
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => {
        if (isPieceOfSecret(key, there)) return problem('unknown key', knownKeys(path).join(', '), { found: notShown });
        const near = presentName(path, key) ?? nearest(key, knownKeys(path));
        return problem(
          `unknown key ${JSON.stringify(key)}${near ? `; did you mean ${near}?` : ''}`,
          knownKeys(path).join(', ') || 'no such key',
          { path: [...path, key], atKey: true, found: key },
        );
      });
    case 'invalid_value': {
      const values = issue.values.map(String);
      const near = typeof there === 'string' ? nearest(there, values) : undefined;
      if (there === undefined) return [problem('is missing', values.join(' or '), { found: 'nothing' })];
      return [problem(`is not one of the known values${near ? `; did you mean ${near}?` : ''}`, values.join(' or '))];
    }
    case 'invalid_type':
      if (issue.expected === 'never') return [problem('kha sets this itself', issue.message)];
      if (there === undefined) return [problem('is missing', expectation(path, issue.expected), { found: 'nothing' })];
      return [problem(`has the wrong type`, expectation(path, issue.expected))];
    case 'invalid_union': {
      if (issue.errors.length === 0 && 'discriminator' in issue) {
        const type = at(value, [...path]);
        const near = typeof type === 'string' ? nearest(type, endpointTypes) : undefined;
        return [
          problem(
            type === undefined
              ? 'is missing'
              : `is not one of the known values${near ? `; did you mean ${near}?` : ''}`,
            endpointTypes.join(' or '),
            { found: show(type, path) },
          ),
        ];
      }
      // The choice that is of the value's own kind has more to say than that the value is of another.
      const isOther = ({ code, path: of }: Issue): boolean =>
        of.length === 0 && (code === 'invalid_type' || (code === 'invalid_value' && typeof there === 'object'));
      const ofKind = issue.errors.find((inner) => !inner.some(isOther));
      const errors = ofKind ?? issue.errors.flat().slice(0, 1);
      return errors.flatMap((inner) => problemsOf({ ...inner, path: [...path, ...inner.path] }, value));
    }
    case 'invalid_key':
      return [
        problem('the key has the wrong form', issue.issues[0]?.message ?? 'another key', {
          atKey: true,
          found: show(path.at(-1), path),
        }),
      ];
    case 'too_small':
      return [
        problem(
          'is too small',
          `${issue.origin === 'array' ? `${issue.minimum} or more entries` : issue.origin === 'string' ? 'something' : `${issue.minimum} or more`}`,
        ),
      ];
    case 'too_big':
      return issue.origin === 'string'
        ? [problem('is too long', `${issue.maximum} characters at most`)]
        : [problem('is too large', `${issue.maximum} or less`)];
    default:
      if (issue.code === 'custom' && issue.params?.['ownedBySpec'])
        return [problem('kha sets this itself', issue.message)];
      return [problem(issue.code === 'invalid_format' ? 'has the wrong form' : 'is wrong', issue.message)];
  }
}

const endpointTypes = ['vip', 'external', 'local'];

interface SchemaNode {
  /** Of a field that nothing may stand at. */
  readonly not?: object;
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly items?: SchemaNode;
  readonly oneOf?: readonly SchemaNode[];
  readonly anyOf?: readonly SchemaNode[];
}

/** Made once: a spec of a thousand unknown keys asks for it at each. */
let schema: SchemaNode | undefined;

/** Keys that the map at a place of the spec may have; none where anything may stand. */
export function knownKeys(path: readonly PropertyKey[]): string[] {
  let nodes: SchemaNode[] = [(schema ??= jsonSchema())];
  for (const step of path) {
    nodes = nodes
      .flatMap(choices)
      .flatMap((node) => (typeof step === 'number' ? (node.items ?? []) : (node.properties?.[String(step)] ?? [])));
  }
  return [
    ...new Set(
      nodes
        .flatMap(choices)
        .flatMap(({ properties = {} }) => Object.keys(properties).filter((key) => !properties[key]?.not)),
    ),
  ];
}

const choices = (node: SchemaNode): readonly SchemaNode[] => node.oneOf ?? node.anyOf ?? [node];

const expectations: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a map of keys and values',
  record: 'a map of keys and values',
};

function expectation(path: readonly PropertyKey[], type: string): string {
  const known = knownKeys(path);
  const base = expectations[type] ?? type;
  return known.length > 0 ? `${base}: ${known.join(', ')}` : base;
}

const at = (value: unknown, path: readonly PropertyKey[]): unknown =>
  path.reduce<unknown>(
    (inside, step) =>
      typeof inside === 'object' && inside !== null ? (inside as Record<PropertyKey, unknown>)[step] : undefined,
    value,
  );

/** What YAML made a key of because a comma stands in the secret before it, or because a URL has no key. */
const isPieceOfSecret = (key: string, map: unknown): boolean =>
  isUrlKey(key) ||
  (at(map, [key]) === null && Object.entries(map as object).some(([name, value]) => mayBeSecret(name, value)));

/** A value as it would be written, without what may be a secret in it; long ones cut. */
function show(value: unknown, path: readonly PropertyKey[]): string {
  if (value === undefined) return 'nothing';
  if (path.some((key) => mayBeSecret(key, value))) return notShown;
  const text =
    JSON.stringify(value, (key, inner: unknown) => (mayBeSecret(key, inner) ? notShown : inner)) ?? typeof value;
  return text.length > 80 ? `${text.slice(0, 79)}…` : text;
}

/** The known name that a misspelt one most likely means: two changes away at most, and fewer than half its letters. */
export function nearest(word: string, known: readonly string[]): string | undefined {
  const [best] = known
    .map((name) => ({ name, far: distance(word.toLowerCase(), name.toLowerCase()) }))
    .sort((a, b) => a.far - b.far);
  return best && best.far <= Math.min(3, Math.max(1, Math.floor(word.length / 2))) ? best.name : undefined;
}

/** Levenshtein distance. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (const [i, letter] of [...a].entries()) {
    const next = [i + 1];
    for (const [j, other] of [...b].entries())
      next.push(Math.min((next[j] ?? 0) + 1, (row[j + 1] ?? 0) + 1, (row[j] ?? 0) + (letter === other ? 0 : 1)));
    row = next;
  }
  return row[b.length] ?? 0;
}
