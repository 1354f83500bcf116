import { Document, isScalar, visit } from 'yaml';

/**
 * YAML that every parser reads alike: kubectl's takes YAML 1.1's words and numbers for what they were, so a string that
 * could be one of them, or a date, in any version, stands in quotation marks.
 */
export function toYaml(object: unknown): string {
  const document = new Document(object, { version: '1.1', merge: false, aliasDuplicateObjects: false });
  visit(document, {
    Scalar(_, node) {
      if (isScalar(node) && typeof node.value === 'string' && doubtful.test(node.value)) node.type = 'QUOTE_DOUBLE';
    },
  });
  return document.toString({ lineWidth: 0, directives: false });
}

const doubtful = /^([-+.]?[\d.].*|[-+]?\.(inf|nan)|y|n|yes|no|on|off|true|false|null|~|=|<<|)$/i;
