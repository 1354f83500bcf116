import { LineCounter, parseAllDocuments, type Document, type ScalarTag } from 'yaml';
import { badAlias } from '../spec/aliases.js';
import { Field } from './field.js';
import type { Ledger, Place } from './ledger.js';

/** Ansible's own tags: what they mark stays text. */
const ansible: ScalarTag[] = ['!vault', '!unsafe'].map((tag) => ({ tag, resolve: (text: string) => text }));

/** The documents of a YAML file. Refuses, and gives none, where it is no YAML. */
export function yamlDocuments(file: string, text: string, ledger: Ledger): Field[] {
  ledger.source(file, text);
  const counter = new LineCounter();
  const place = (offset: number): Place => {
    const { line, col } = counter.linePos(offset);
    return { file, line: Math.max(1, line), column: Math.max(1, col) };
  };
  const documents = parseAllDocuments(text, {
    lineCounter: counter,
    prettyErrors: false,
    version: '1.2',
    stringKeys: true,
    customTags: ansible,
  });
  const list: Document[] = 'length' in documents ? documents : [];
  const broken = list.flatMap(({ errors, warnings }) => [...errors, ...warnings]);
  for (const { pos, message, code } of broken) {
    const duplicate = code === 'DUPLICATE_KEY';
    // The parser quotes what it stumbled over, and that may be a secret.
    ledger.refuse(
      place(pos[0]),
      duplicate ? 'this key stands twice in its map' : `not YAML: ${message.split('"')[0]?.trim() ?? ''}`,
      code,
      duplicate ? 'every key, and so every host, once' : 'valid YAML, as the tool itself reads it',
      { secret: !duplicate },
    );
  }
  if (broken.length > 0) return [];
  return list.flatMap((document) => {
    const bad = badAlias(document);
    if (bad) ledger.refuse(place(bad.offset), bad.message, 'an alias', 'an anchor that stands whole before its alias');
    return bad || document.contents === null
      ? []
      : [new Field({ document, place, taken: new Set() }, document.contents, [], document.contents.range?.[0])];
  });
}
