import type { Called, Export, Exported } from './export.js';

/** Where an export came from. */
export interface Source {
  /** The cluster's name, or the file. */
  readonly cluster: string;
  /** What its API server calls itself; undefined of a file. */
  readonly version?: string;
  /** What was not asked for its objects, and why. */
  readonly unread: readonly string[];
}

/** The report of an export for people. Holds names and what kinds of things were changed, and no value of any Secret. */
export function reportOf(source: Source, made: Export): string {
  const { exported, withoutSuccessor, left } = made;
  const parts = [
    `# ${source.cluster}${source.version ? `, Kubernetes ${source.version}` : ''}: its objects for v1.37\n`,
    `${count(exported.length, 'object')} in \`objects\`, ${withoutSuccessor.length} without a successor, ${left.length} left as the old cluster’s own. Secrets among them are as readable as they were in the cluster: keep this folder to yourself.\n`,
    apply,
    list('Not read', source.unread),
    withoutSuccessorPart(made),
    byHandPart(exported),
    imagesPart(made),
    nodesPart(made),
    changedPart(exported),
    knowPart(exported),
    leftPart(made),
  ];
  return `${parts.filter((part) => part !== '').join('\n')}`;
}

const apply = `## Applying it

\`\`\`
for folder in objects/*; do kubectl apply -R -f "$folder" --dry-run=server; done    # what would be refused; objects in namespaces and of definitions that are not there yet are
for folder in objects/*; do kubectl apply -R -f "$folder" || break; done
\`\`\`

The folders are numbered in their order: definitions before their objects, accounts and configuration before workloads, webhooks last. Read on before the second line.
`;

function withoutSuccessorPart({ withoutSuccessor }: Export): string {
  const instead = grouped(withoutSuccessor.map((one) => [`${one.kind} (${one.apiVersion})`, one.instead, called(one)]));
  return list(
    'Without a successor',
    instead.map(([kind, why, names]) => `${kind}: ${names}. Instead: ${why}`),
    'As they were they stand in `without-successor`, which is not applied.',
  );
}

function byHandPart(exported: readonly Exported[]): string {
  const words = grouped(exported.flatMap((one) => one.notes.byHand.map((word) => [word, '', called(one)] as const)));
  return list(
    'By hand',
    words.map(([word, , names]) => `${word}: ${names}`),
  );
}

function changedPart(exported: readonly Exported[]): string {
  const lines = exported
    .filter(({ was, apiVersion, notes }) => was !== apiVersion || notes.changed.length > 0)
    .map((one) => {
      const version = one.was === one.apiVersion ? [] : [`${one.was} is ${one.apiVersion}`];
      return `${called(one)}: ${[...version, ...one.notes.changed].join('; ')}`;
    });
  return list(
    'Changed',
    lines,
    'Beside what every object lost: status, identity, owners and bookkeeping of the old cluster.',
  );
}

function knowPart(exported: readonly Exported[]): string {
  const words = grouped(exported.flatMap((one) => one.notes.toKnow.map((word) => [word, '', called(one)] as const)));
  return list(
    'To know',
    words.map(([word, , names]) => `${word}: ${names}`),
  );
}

function imagesPart({ images }: Export): string {
  const lines = [...images].map(([registry, of]) => `${registry}: ${of.map((one) => `\`${one}\``).join(', ')}`);
  return list(
    'Images',
    lines,
    'The new cluster’s nodes pull them by containerd: see that each registry still has them, in manifests of schema 2 or OCI, and is known to the nodes (docs/spec.md, source). k8s.gcr.io and gcr.io/google_containers are registry.k8s.io today.',
  );
}

function nodesPart({ nodes }: Export): string {
  const lines = nodes.map(({ name, labels, taints }) => {
    const words = [
      ...Object.entries(labels).map(([key, value]) => `label ${key}=${value}`),
      ...taints.map(({ key, value, effect }) => `taint ${key}${value ? `=${value}` : ''}:${effect}`),
    ];
    return `${name}: ${words.join(', ')}`;
  });
  return list('Nodes', lines, 'Pods may go by them: `hosts[].labels` and `hosts[].taints` of the new cluster’s spec.');
}

function leftPart({ left }: Export): string {
  const named = grouped(left.filter((one) => one.named).map((one) => [one.why, '', called(one)]));
  const counted = new Map<string, Map<string, number>>();
  for (const { why, kind } of left.filter((one) => !one.named)) {
    const kinds = counted.get(why) ?? new Map<string, number>();
    counted.set(why, kinds.set(kind, (kinds.get(kind) ?? 0) + 1));
  }
  return list('Left behind', [
    ...named.map(([why, , names]) => `${why}: ${names}`),
    ...[...counted].map(
      ([why, kinds]) => `${why}: ${[...kinds].map(([kind, number]) => `${number} ${kind}`).join(', ')}`,
    ),
  ]);
}

const called = ({ kind, namespace, name }: Called): string =>
  `${kind} ${namespace === undefined ? '' : `${namespace}/`}${name}`;

/** Lines that say the same of several objects, with the objects' names together. */
function grouped(lines: readonly (readonly [string, string, string])[]): [string, string, string][] {
  const found = new Map<string, [string, string, string[]]>();
  for (const [words, more, name] of lines) {
    const key = `${words}\n${more}`;
    const one = found.get(key) ?? [words, more, []];
    one[2].push(name);
    found.set(key, one);
  }
  return [...found.values()].map(([words, more, names]) => [words, more, names.join(', ')]);
}

const list = (title: string, lines: readonly string[], about = ''): string =>
  lines.length === 0
    ? ''
    : `## ${title}\n\n${about === '' ? '' : `${about}\n\n`}${lines.map((line) => `- ${line}\n`).join('')}`;

const count = (number: number, what: string): string => `${number} ${what}${number === 1 ? '' : 's'}`;
