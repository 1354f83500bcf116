import { isAlias, isNode, isPair, visit, type Document, type Node } from 'yaml';

/**
 * The first alias that leads nowhere, or back into the value around it: a circle, which is no JSON and has no end. Every
 * circle goes through such an alias, as an anchor stands before its aliases.
 */
export function badAlias(document: Document): { offset: number; message: string } | undefined {
  const anchors = new Map<string, Node>();
  let found: { offset: number; message: string } | undefined;
  visit(document, (_, node, path) => {
    if (isAlias(node)) {
      const target = anchors.get(node.source);
      const message = !target
        ? `no anchor &${node.source} stands before this alias`
        : path.includes(target)
          ? `the alias *${node.source} stands inside what it repeats, without end`
          : undefined;
      if (message === undefined) return undefined;
      found = { offset: node.range?.[0] ?? 0, message };
      return visit.BREAK;
    }
    if (isNode(node) && node.anchor) anchors.set(node.anchor, node);
    return undefined;
  });
  return found;
}

/** Where the first alias or merge key stands; the beginning where there is none. */
export function firstAlias(document: Document): number {
  let offset = 0;
  visit(document, (_, node) => {
    const at =
      isPair(node) && isNode(node.key) && String(node.key) === '<<' ? node.key : isAlias(node) ? node : undefined;
    if (!at) return undefined;
    offset = at.range?.[0] ?? 0;
    return visit.BREAK;
  });
  return offset;
}
