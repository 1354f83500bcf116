import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { Document, isMap, isSeq } from 'yaml';
import { ruleProblems } from '../cluster/rules.js';
import { clusterSchema } from '../cluster/schema.js';
import { UsageError } from './explain.js';
import { issueProblems } from './spec/issues.js';

/** Asks one question and gives the answer. */
export type Ask = (question: string) => Promise<string>;

type Spec = Record<string, unknown>;

interface Question {
  /** `[…]` at its end is what an empty answer means. */
  readonly text: string;
  /** The spec with the answer in it. */
  readonly put: (answer: string, spec: Spec) => Spec;
  /** Key of the spec whose problems an answer is refused for. */
  readonly about: keyof typeof clusterSchema.shape;
}

/** What stands for everything that was not asked yet, so that each answer can be checked within a whole spec. */
const unasked: Spec = {
  apiVersion: clusterSchema.shape.apiVersion.value,
  kind: clusterSchema.shape.kind.value,
  name: 'unasked',
  kubernetesVersion: 'v1.37.2',
  hosts: [{ name: 'unasked', address: '192.0.2.1', roles: ['control-plane'] }],
  controlPlaneEndpoint: { type: 'external', host: 'unasked' },
  source: { registry: { address: 'unasked' } },
};

/** Asks for what a cluster needs, each answer until the schema and its rules take it. Gives the spec's text. */
export async function interview(ask: Ask, say: (words: string) => void): Promise<string> {
  let spec: Spec = { apiVersion: unasked['apiVersion'], kind: unasked['kind'] };
  const asked = async ({ text, put, about }: Question): Promise<string> => {
    const [, usual = ''] = /\[([^\]]*)\]$/.exec(text) ?? [];
    for (;;) {
      const answer = (await ask(`${text}: `)).trim() || usual;
      const next = put(answer, spec);
      const problems = problemsOf(next, about);
      for (const problem of problems) say(`  ${problem}`);
      if (problems.length > 0) continue;
      spec = next;
      return answer;
    }
  };
  const field =
    (key: string) =>
    (answer: string, spec: Spec): Spec => ({ ...spec, [key]: answer });

  await asked({ text: 'Name of the cluster [prod]', put: field('name'), about: 'name' });
  await asked({ text: 'Kubernetes [v1.37.2]', put: field('kubernetesVersion'), about: 'kubernetesVersion' });
  say('Hosts: addresses with spaces between; name=address where a host has a name of its own.');
  await asked({ text: 'Control planes, one or three or five', put: hosts('control-plane', 'm'), about: 'hosts' });
  await asked({
    text: 'Workers, or nothing: then the control planes take pods',
    put: hosts('worker', 'w'),
    about: 'hosts',
  });
  const type = await asked({
    text: 'The API: at a virtual address of its own (vip), through a load balancer that stands (external), or through a proxy on every node (local) [vip]',
    put: (type, spec) => (/^(vip|external)$/.test(type) ? spec : { ...spec, controlPlaneEndpoint: { type } }),
    about: 'controlPlaneEndpoint',
  });
  if (type !== 'local')
    await asked({
      text:
        type === 'vip'
          ? 'Virtual address, free in the hosts’ network'
          : 'Its name or address, with :PORT where that is not 6443',
      put: (answer, spec) => ({ ...spec, controlPlaneEndpoint: endpoint(type, answer) }),
      about: 'controlPlaneEndpoint',
    });
  await asked({
    text: 'Registry with kha’s bundle, host or host:port, http:// before it where it has no TLS; or nothing: the internet',
    put: (answer, spec) => (answer === '' ? spec : { ...spec, source: { registry: registry(answer) } }),
    about: 'source',
  });
  const ssh =
    (key: string) =>
    (answer: string, spec: Spec): Spec =>
      answer === '' ? spec : { ...spec, ssh: { ...(spec['ssh'] as object | undefined), [key]: answer } };
  const user = await asked({ text: 'SSH user [root]', put: ssh('user'), about: 'ssh' });
  if (user !== 'root')
    await asked({
      text: 'Where sudo’s password lies, env:NAME or file:PATH, or nothing: it asks for none',
      put: ssh('sudoPassword'),
      about: 'ssh',
    });
  await asked({ text: 'SSH key, or nothing: the agent', put: ssh('key'), about: 'ssh' });
  await asked({
    text: 'Jump host, or nothing',
    put: (answer, spec) =>
      answer === '' ? spec : (ssh('jump') as (answer: unknown, spec: Spec) => Spec)({ address: answer }, spec),
    about: 'ssh',
  });
  return written(spec);
}

/** What the schema and its rules say against one key of a spec that is not whole yet. */
function problemsOf(spec: Spec, about: string): string[] {
  const whole = { ...unasked, ...spec };
  const parsed = clusterSchema.safeParse(whole);
  const problems = parsed.success
    ? ruleProblems(parsed.data).filter(({ severity }) => severity === 'error')
    : issueProblems(parsed.error.issues, whole);
  return problems
    .filter(({ path }) => path[0] === about)
    .map(({ message, found, expected }) => `${found}: ${message}; expected ${expected}`);
}

const hosts =
  (role: string, letter: string) =>
  (answer: string, spec: Spec): Spec => {
    const added = answer
      .split(/[\s,]+/)
      .filter(Boolean)
      .map((word, index) => {
        const [address = '', name = `${letter}${index + 1}`] = word.split('=').reverse();
        return { name, address, roles: [role] };
      });
    const others = ((spec['hosts'] ?? []) as { roles: string[] }[]).filter(({ roles }) => !roles.includes(role));
    return { ...spec, hosts: [...others, ...added] };
  };

function endpoint(type: string, answer: string): Spec {
  if (type === 'vip') return { type, vip: answer };
  const [, host = answer, port] = /^(.*):(\d+)$/.exec(answer) ?? [];
  return { type, host, ...(port ? { port: Number(port) } : {}) };
}

const registry = (answer: string): Spec => ({
  address: answer.replace(/^https?:\/\//, '').replace(/\/$/, ''),
  ...(answer.startsWith('http://') ? { plainHttp: true } : {}),
});

function written(spec: Spec): string {
  const document = new Document(spec);
  document.commentBefore =
    ' yaml-language-server: $schema=./cluster.schema.json\n As answered to kha init --interactive; docs/spec.md has every other field';
  for (const { value } of isMap(document.contents) ? document.contents.items : []) {
    if (isMap(value)) value.flow = true;
    for (const item of isSeq(value) ? value.items : []) if (isMap(item)) item.flow = true;
  }
  return document.toString({ lineWidth: 0 });
}

/** Questions and answers over streams, a terminal's or others. Rejects where the answers end before the questions. */
export function asking(input: Readable, output: Writable): { ask: Ask; end: () => void } {
  const terminal = createInterface({ input, output });
  const lines = terminal[Symbol.asyncIterator]();
  return {
    async ask(question) {
      terminal.setPrompt(question);
      terminal.prompt();
      const next: IteratorResult<string, unknown> = await lines.next();
      if (next.done) throw new UsageError('the answers ended before the last question; nothing was written');
      return next.value;
    },
    end: () => terminal.close(),
  };
}
