import { readFile } from 'node:fs/promises';
import { LineCounter, parseAllDocuments } from 'yaml';
import { isFields, type KubeObject } from '../../export/fields.js';
import { UsageError } from '../explain.js';

/**
 * Objects of a file that `kubectl get … -o json` or `-o yaml` wrote, or of manifests: documents of one object or a List each.
 * Throws UsageError, which names the line and quotes nothing of it: a dump may hold Secrets.
 */
export async function readDump(file: string): Promise<KubeObject[]> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw new UsageError(
      `${file} cannot be read: ${error instanceof Error && 'code' in error ? String(error.code) : ''}`,
    );
  });
  const found = documentsOf(file, text).flatMap(({ value, at }) => membersOf(value, at));
  if (found.length === 0)
    throw new UsageError(`${file} has no objects in it; kubectl get … -A -o json writes one that has`);
  return found;
}

interface Given {
  readonly value: unknown;
  readonly at: string;
}

function documentsOf(file: string, text: string): Given[] {
  // kubectl's JSON may have hundreds of megabytes, for which YAML's parser is slow.
  if (/^\s*\{/.test(text))
    try {
      return [{ value: JSON.parse(text) as unknown, at: `${file}:1` }];
    } catch {
      // Several objects of JSON, or YAML in braces: read as YAML below, which tells what is wrong.
    }
  const lines = new LineCounter();
  const documents = parseAllDocuments(text, { lineCounter: lines, prettyErrors: false });
  if (!Array.isArray(documents)) return [];
  return documents.flatMap((document) => {
    const problem = document.errors[0];
    if (problem) {
      const { line, col } = lines.linePos(problem.pos[0]);
      throw new UsageError(
        `${file}:${line}:${col} is no YAML (${problem.code}); expected what kubectl get -o json or -o yaml writes`,
      );
    }
    const { line } = lines.linePos(document.contents?.range?.[0] ?? 0);
    const value: unknown = document.toJS();
    return value === null ? [] : [{ value, at: `${file}:${line}` }];
  });
}

function membersOf(value: unknown, at: string): KubeObject[] {
  if (isFields(value) && Array.isArray(value['items']) && String(value['kind']).endsWith('List'))
    return (value['items'] as unknown[]).flatMap((one, index) =>
      membersOf(withListsKind(one, value), `${at} items[${index}]`),
    );
  if (
    isFields(value) &&
    typeof value['apiVersion'] === 'string' &&
    typeof value['kind'] === 'string' &&
    isFields(value['metadata'])
  )
    return [value as KubeObject];
  throw new UsageError(`${at}: expected an object with apiVersion, kind and metadata, or a List of them`);
}

/** Members of a list of one kind, as the API itself gives it, say neither. */
function withListsKind(one: unknown, { apiVersion, kind }: Record<string, unknown>): unknown {
  if (!isFields(one) || kind === 'List') return one;
  return { apiVersion, kind: String(kind).replace(/List$/, ''), ...one };
}
