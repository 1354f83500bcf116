import type { Fact } from './fact.js';
import { asked, noControlPlane } from './kubectl.js';
import { rows } from './rows.js';

// A whole node is 8 KB and more, and a command's output is read up to 8 MB: lists are asked for as lines.

export interface Node {
  readonly name: string;
  readonly ready: boolean;
  /** Its network of pods is up, as the network itself said (condition NetworkUnavailable of the API's v1.Node). */
  readonly connected: boolean;
}

const condition = (type: string): string => `{.status.conditions[?(@.type=="${type}")].status}`;

/**
 * What limits a list of nodes to those of these names, by the label that every kubelet gives its node: whoever is not there is
 * left out, and no other node is told of. Of every node where none is named.
 */
const selecting = (names: readonly string[] | undefined): string[] =>
  names ? ['-l', `kubernetes.io/hostname in (${names.join(',')})`] : [];

/** Nodes of the cluster, or those of these names; undefined where there is no control plane yet. */
export const nodeList = (names?: readonly string[]): Fact<Node[] | undefined> => ({
  ...asked([
    ...['get', 'nodes', ...selecting(names), '-o'],
    `jsonpath={range .items[*]}{.metadata.name}{" "}${condition('Ready')}{" "}${condition('NetworkUnavailable')}{"\\n"}{end}`,
  ]),
  codes: [0, noControlPlane],
  parse: (output) =>
    output.code === noControlPlane
      ? undefined
      : // Who has only just registered has no conditions yet.
        rows(output, /^(\S+) (True|False|Unknown|) (True|False|Unknown|)$/).map(([name = '', ready, unavailable]) => ({
          name,
          ready: ready === 'True',
          connected: unavailable === 'False',
        })),
});

/** Keys and values. */
export type Words = Readonly<Record<string, string>>;

export interface NodeMetadata {
  readonly labels: Words;
  readonly annotations: Words;
}

/**
 * Those labels and annotations of each node, or of those of these names, by its name, that have one of these keys; undefined where there is no control
 * plane yet. Values are escaped as in a URL: an annotation may hold anything.
 */
export const nodeMetadata = (
  keys: readonly string[],
  names?: readonly string[],
): Fact<ReadonlyMap<string, NodeMetadata> | undefined> => {
  const wanted = keys.map((key) => JSON.stringify(key)).join(' ');
  const told = (field: string): string =>
    `{{range $key, $value := .metadata.${field}}}{{if eq $key ${wanted}}} ${field}:{{urlquery $key}}={{urlquery $value}}{{end}}{{end}}`;
  return {
    ...asked([
      ...['get', 'nodes', ...selecting(names), '-o'],
      `go-template={{range .items}}{{.metadata.name}}${told('labels')}${told('annotations')}{{"\\n"}}{{end}}`,
    ]),
    codes: [0, noControlPlane],
    parse: (output) =>
      output.code === noControlPlane
        ? undefined
        : new Map(
            rows(output, /^(\S+)((?: (?:labels|annotations):[^\s=]+=\S*)*)$/).map(([name = '', pairs = '']) => [
              name,
              { labels: pairsOf(pairs, 'labels'), annotations: pairsOf(pairs, 'annotations') },
            ]),
          ),
  };
};

const pairsOf = (text: string, field: string): Words =>
  Object.fromEntries(
    [...text.matchAll(/ (\w+):([^\s=]+)=(\S*)/g)].flatMap(([, of, key = '', value = '']) =>
      of === field ? [[unescaped(key), unescaped(value)]] : [],
    ),
  );

/** Go's url.QueryEscape, turned back; throws URIError where it is none. */
const unescaped = (text: string): string => decodeURIComponent(text.replaceAll('+', ' '));
