import { readFile, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { isAlias, isMap, isNode, LineCounter, parseAllDocuments, type Document, type Node } from 'yaml';
import type { Cluster } from '../../cluster/cluster.js';
import { ruleProblems, uniqueHosts, type RuleProblem } from '../../cluster/rules.js';
import { clusterSchema } from '../../cluster/schema.js';
import { pathText } from '../../cluster/difference.js';
import { expandHome } from '../../activities/secrets.js';
import { badAlias, firstAlias } from './aliases.js';
import { issueProblems } from './issues.js';
import { SpecProblems, type Problem } from './problem.js';
import { resolvePaths } from './paths.js';
import { secretLines } from './secrets.js';
import { withSshConfig } from './ssh-login.js';
import { unreadWords } from './unread.js';

/** Far beyond any real cluster: 5,000 hosts take half of it. */
const largest = 1024 * 1024;

export interface ReadSpec {
  readonly cluster: Cluster;
  readonly warnings: readonly Problem[];
  readonly text: string;
  /** Says of problems that were found later where in the file they stand. */
  readonly locate: (problems: readonly RuleProblem[]) => Problem[];
}

/** Reads, checks and completes a spec; relative paths in it become absolute. Throws SpecProblems with every problem at once. */
export async function readSpec(file: string): Promise<ReadSpec> {
  const text = await contentOf(file);
  const counter = new LineCounter();
  const documents = parseAllDocuments(text, {
    lineCounter: counter,
    merge: true,
    prettyErrors: false,
    stringKeys: true,
    version: '1.2',
  });
  const [document] = documents;
  if (!('length' in documents) || !document || document.contents === null) {
    throw whole(
      file,
      text,
      'the file holds no cluster',
      'nothing but comments or white space',
      'a document such as `kha init` writes',
    );
  }
  const place = (offset: number): { line: number; column: number } => {
    const { line, col } = counter.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  };
  const hidden = secretLines(documents, place);
  // The parser quotes what it stumbled over: `unquoted` is for lines that are not shown.
  const wrong = (
    offset: number,
    words: Pick<Problem, 'message' | 'found' | 'expected'>,
    unquoted = words.message,
  ): Problem => {
    const at = place(offset);
    const shown = hidden.has(at.line) ? { ...words, message: unquoted, secret: true } : words;
    return { file, ...at, path: '', ...shown, severity: 'error' };
  };
  const broken = documents.flatMap((one) => [...one.errors, ...one.warnings]);
  if (documents.length > 1 && broken.length === 0) {
    const message = 'a second document begins here';
    const second = { message, found: `${documents.length} documents`, expected: 'one cluster in a file' };
    throw new SpecProblems([wrong(documents[1]?.range[0] ?? 0, second)], text);
  }
  const problems = broken.map(({ pos: [offset], message, code }) => {
    const words = { found: code, expected: yamlHint(code) };
    return message.includes('call stack')
      ? wrong(offset, { ...words, message: 'this is nested too deeply' })
      : wrong(offset, { ...words, message: `not YAML: ${message}` }, 'not YAML');
  });
  if (problems.length > 0) throw new SpecProblems(problems, text);

  const value = plain(document, (offset, message, expected) => {
    const words = { message, found: 'an alias', expected };
    return new SpecProblems([wrong(offset, words, 'an alias cannot be followed')], text);
  });
  const locate = (found: readonly RuleProblem[]): Problem[] =>
    found
      .map((one): Problem => {
        const at = place(offsetOf(document, one.path, one.atKey === true));
        return {
          file,
          ...at,
          path: pathText(one.path),
          message: one.message,
          found: one.found,
          expected: one.expected,
          severity: one.severity,
          ...((one.secret || hidden.has(at.line)) && { secret: true }),
        };
      })
      .sort((a, b) => a.line - b.line || a.column - b.column);
  const parsed = clusterSchema.safeParse(value);
  const located = locate(
    parsed.success ? ruleProblems(parsed.data) : [...issueProblems(parsed.error.issues, value), ...partly(value)],
  );
  if (!parsed.success || located.some(({ severity }) => severity === 'error')) throw new SpecProblems(located, text);
  const { cluster, warnings } = await withSshConfig(parsed.data, value);
  const here = dirname(resolve(expandHome(file)));
  return { cluster: resolvePaths(cluster, here), warnings: [...located, ...locate(warnings)], text, locate };
}

async function contentOf(file: string): Promise<string> {
  const path = expandHome(file);
  const failed = (reason: string, found: string): SpecProblems =>
    whole(file, '', reason, found, 'a YAML file such as `kha init` writes');
  const about = await stat(path).catch((error: NodeJS.ErrnoException) => {
    throw failed(unreadWords(error), error.code ?? '');
  });
  if (!about.isFile()) throw failed('this is no file', about.isDirectory() ? 'a directory' : 'a special file');
  if (about.size > largest) throw failed('the file is too large for a spec', `${about.size} bytes`);
  const bytes = await readFile(path).catch((error: NodeJS.ErrnoException) => {
    throw failed(unreadWords(error), error.code ?? '');
  });
  if (bytes.length === 0) throw failed('the file is empty', 'no bytes');
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    if (text.includes('\0')) throw failed('the file is binary', 'NUL bytes');
    return text;
  } catch (error) {
    throw error instanceof SpecProblems ? error : failed('the file is not UTF-8 text', 'other bytes');
  }
}

const whole = (file: string, text: string, message: string, found: string, expected: string): SpecProblems =>
  new SpecProblems([{ file, line: 1, column: 1, path: '', message, found, expected, severity: 'error' }], text);

/** The document as plain values. Throws what `refuse` makes of an alias that cannot be followed. */
function plain(
  document: Document,
  refuse: (offset: number, message: string, expected: string) => SpecProblems,
): unknown {
  const bad = badAlias(document);
  if (bad) throw refuse(bad.offset, bad.message, 'an anchor (&name) that stands whole before its alias');
  try {
    return document.toJS({ maxAliasCount: 100 }) as unknown;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw refuse(firstAlias(document), `an alias cannot be followed: ${reason}`, 'a few aliases of small values');
  }
}

/** Duplicates among hosts can be told although the schema found problems in them, or elsewhere. */
function partly(value: unknown): RuleProblem[] {
  const hosts = (value as { hosts?: unknown } | null)?.hosts;
  if (!Array.isArray(hosts)) return [];
  const text = (host: unknown, field: 'name' | 'address', index: number): string => {
    const found = (host as Record<string, unknown> | null)?.[field];
    return typeof found === 'string' ? found : `#${index}`;
  };
  return uniqueHosts({
    hosts: hosts.map((host, index) => ({ name: text(host, 'name', index), address: text(host, 'address', index) })),
  });
}

/** Where a value stands, or its key; the nearest thing around it when it is not there at all. */
function offsetOf(document: Document, path: readonly PropertyKey[], atKey: boolean): number {
  let node: unknown = document.contents;
  let offset = isNode(node) ? (node.range?.[0] ?? 0) : 0;
  for (const [depth, step] of path.entries()) {
    if (isAlias(node)) node = node.resolve(document);
    if (isMap(node)) {
      const pair = node.items.find(({ key }) => isNode(key) && 'value' in key && key.value === step);
      if (!pair) return offset;
      const last = depth === path.length - 1;
      offset = (pair.key as Node).range?.[0] ?? offset;
      node = pair.value;
      if (last && atKey) return offset;
    } else node = isNode(node) && 'items' in node ? (node.items as unknown[])[Number(step)] : undefined;
    if (!isNode(node)) return offset;
    offset = node.range?.[0] ?? offset;
  }
  return offset;
}

const yamlHint = (code: string): string =>
  ({
    TAB_AS_INDENT: 'spaces before a key; YAML takes no tabs there',
    DUPLICATE_KEY: 'every key once',
    BAD_INDENT: 'keys of one map below each other',
    MISSING_CHAR: 'the closing quote, bracket or brace',
  })[code] ?? 'valid YAML 1.2';
