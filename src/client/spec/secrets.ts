import { isAlias, isMap, isNode, isScalar, visit, type Document, type Node } from 'yaml';

/** Keys, misspelt ones too, whose value is a secret where it is not a reference to one. */
const secretKey = /pas+|pwd|secret|token|^https?$/i;
/** Keys of maps that hold such keys: whatever else stands there is one. */
const mapOfSecrets = /^(credentials|proxies)$/i;
const reference = /^(env:[A-Za-z_]\w*|file:.+)$/;
const harmlessUrl = /^https?:\/\/[\w.-]+(:\d+)?\/?$/;

export const notShown = 'something that may be a secret, and is not shown';

/** Whether what stands under this key may be a secret. References to secrets are none, nor are URLs without a user. */
export function mayBeSecret(key: PropertyKey, value: unknown): boolean {
  const name = String(key);
  if (typeof value === 'string' && reference.test(value)) return false;
  if (typeof value === 'string' && holdsPassword(value)) return true;
  if (mapOfSecrets.test(name)) return value !== null && (typeof value !== 'object' || Array.isArray(value));
  if (!secretKey.test(name)) return false;
  // A key without its colon has what should be the value in its name.
  if (value === null || value === undefined) return /\W/.test(name);
  return !(/^https?$/i.test(name) && typeof value === 'string' && harmlessUrl.test(value));
}

/** A URL with a user, or a line without its colon that was taken for the end of the text before it. */
const holdsPassword = (text: string): boolean =>
  (text.includes('://') && text.lastIndexOf('@') > text.indexOf('://')) || /pass(word|phrase)|PRIVATE KEY/i.test(text);

/** A URL, or the end of one, in the place of a key. */
export const isUrlKey = (key: string): boolean => key.includes('@');

/** Lines on which a secret may stand: they are never quoted. `place` tells the line of an offset. */
export function secretLines(documents: readonly Document[], place: (offset: number) => { line: number }): Set<number> {
  const lines = new Set<number>();
  const hide = (from: Node, to: unknown): void => {
    const [start, end] = [from.range?.[0] ?? 0, (isNode(to) ? to : from).range?.[1] ?? 0];
    for (let { line } = place(start); line <= place(Math.max(start, end - 1)).line; line += 1) lines.add(line);
  };
  for (const document of documents)
    visit(document, {
      Scalar: (role, node) => {
        if (role === 'key' ? isUrlKey(String(node.value)) : mayBeSecret('', node.value)) hide(node, node);
      },
      Pair: (_, { key, value }) => {
        if (!isScalar(key) || !mayBeSecret(key.value as string, valueOf(value))) return;
        hide(key, value);
        const target = isAlias(value) ? value.resolve(document) : undefined;
        if (target) hide(target, target);
      },
    });
  return lines;
}

/** As much of a node's value as `mayBeSecret` looks at. */
const valueOf = (node: unknown): unknown => (isScalar(node) ? node.value : isMap(node) ? {} : isNode(node) ? [] : null);
