import { Document, isScalar, visit, type Tags } from 'yaml';

/**
 * YAML that every parser reads alike: kubectl's takes YAML 1.1's words and numbers for what they were, so a string that
 * could be one of them, or a date, in any version, stands in quotation marks.
 */
export function toYaml(object: unknown): string {
  const document = new Document(object, { version: '1.1', customTags: withoutMerge, aliasDuplicateObjects: false });
  visit(document, {
    Scalar(_, node) {
      if (isScalar(node) && typeof node.value === 'string' && doubtful.test(node.value)) node.type = 'QUOTE_DOUBLE';
    },
  });
  return document.toString({ lineWidth: 0, directives: false });
}

/** A key `<<` is a key here, and not what merges another map into its own. */
const withoutMerge = (tags: Tags): Tags =>
  tags.filter((tag) => typeof tag === 'string' || tag.tag !== 'tag:yaml.org,2002:merge');

const doubtful = /^([-+.]?[\d.].*|[-+]?\.(inf|nan)|y|n|yes|no|on|off|true|false|null|~|=|<<|)$/i;
