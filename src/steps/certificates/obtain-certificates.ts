import { controlPlanes, isNode } from '../../cluster/roles.js';
import { file } from '../../facts/files.js';
import { keyPairs } from '../../facts/key-pairs.js';
import { sh } from '../../facts/sh.js';
import { hasCompleted } from '../control-plane/take-over.js';
import type { Host } from '../host.js';
import { Refusal } from '../refusal.js';
import type { Signed } from '../requests.js';
import type { ApplyContext, CheckContext, Step } from '../step.js';
import { askedCertificates, type AskedCertificate } from './asked-certificates.js';
import { describeRequests } from './describe-requests.js';
import { authorityFile, signedFolder } from './kubeconfigs.js';
import { lackingCertificates, type Lacking } from './lacking-certificates.js';
import { endingKubeconfigs, renewKubeconfigs } from './renewal.js';
import { lifetime, makeRequest, requestConfiguration, requestFiles, requestFolder } from './request.js';

export const obtainCertificates: Step = {
  name: 'obtainCertificates',
  does: 'Ask for the certificates of authorities whose keys stay away, prove what was signed, and lay it on the host',
  on: (cluster) => cluster.hosts.filter((machine) => askedCertificates(cluster, machine).length > 0),
  pace: 'all at once',
  retry: 'edit',
  needs: ['certificate authorities'],
  gives: 'signed certificates',
  check: async (context) => (await lookedAt(context, await lacking(context))).map(({ words }) => words),
  async apply(context) {
    const { host, requests } = context;
    const missing = await lacking(context);
    const folder = missing.length > 0 ? await requests.flaws() : [];
    if (folder.length > 0)
      throw new Refusal(
        `certificates.requests, ${requests.place}: ${folder.join('; ')}`,
        'nothing was changed; mend it, then answer retry',
      );
    await ask(
      context,
      missing.map(({ certificate }) => certificate),
    );
    const found = await lookedAt(context, missing);
    const signed = found.flatMap(({ certificate, signed: { cert } }) =>
      cert === undefined ? [] : [{ certificate, cert }],
    );
    for (const { certificate, cert } of signed) await lay(context, certificate, cert);
    const renewed = signed.map(({ certificate }) => certificate).filter(({ isOfKubeconfig }) => isOfKubeconfig);
    if (renewed.length > 0 && (await stands(context))) await host.runUnit(renewKubeconfigs(renewed));
    const waiting = found.filter(({ signed }) => signed.cert === undefined);
    if (waiting.length > 0) throw new Refusal(waitingWords(context, waiting), next(context));
    await host.run(sh`rm -rf ${requestFolder}`);
  },
};

type Missing = Lacking<AskedCertificate>;

/** A certificate that the host lacks, and how far its request came. */
interface Looked extends Missing {
  readonly signed: Signed;
}

/** Whether kubeadm has ended on a node: its kubeconfigs are in use then. */
async function stands({ cluster, host }: CheckContext): Promise<boolean> {
  const role = controlPlanes(cluster).includes(host.machine) ? 'control-plane' : 'worker';
  return isNode(host.machine) && (await hasCompleted(host, role));
}

/** What kubeconfigs are made with is asked for until kubeadm has ended, and from then on where what they hold nears its end. */
async function lacking(context: CheckContext): Promise<Missing[]> {
  const { cluster, host } = context;
  const all = askedCertificates(cluster, host.machine);
  const inUse = await stands(context);
  const wanted = all.filter(({ isOfKubeconfig }) => !(inUse && isOfKubeconfig));
  const missing = await lackingCertificates(context, wanted, lifetime(cluster).renewal);
  const ending = inUse
    ? await endingKubeconfigs(
        context,
        all.filter(({ isOfKubeconfig }) => isOfKubeconfig),
      )
    : [];
  return [...missing, ...(await ofAnotherAuthority(context, wanted, missing)), ...ending];
}

/** Of kubeconfigs that nobody uses yet, and that were made ready for another authority than the spec gives by now. */
async function ofAnotherAuthority(
  { host, authority }: CheckContext,
  wanted: readonly AskedCertificate[],
  missing: readonly Missing[],
): Promise<Missing[]> {
  const ready = wanted.filter((one) => one.isOfKubeconfig && !missing.some(({ certificate }) => certificate === one));
  if (ready.length === 0) return [];
  const before = await host.read(file(authorityFile));
  if (before?.content === (await authority(ready[0]!.signer)).cert) return [];
  return ready.map((certificate) => ({ certificate, words: `${certificate.path} is of another authority` }));
}

/** Where a request lies below the folder: each authority finds its own beside each other. */
const pathOf = ({ cluster, host }: CheckContext, { signer, name }: AskedCertificate): string =>
  `${cluster.name}/${signer.field}/${host.machine.name}/${name}`;

/** The public keys that a host asked with, by the certificate's name. */
async function askedKeys({ host }: CheckContext, all: readonly AskedCertificate[]): Promise<Map<string, string>> {
  const pairs = all.map(({ name }) => ({
    name,
    public: `${requestFolder}/${name}.crt`,
    private: requestFiles(name).key,
  }));
  const held = await host.read(keyPairs(pairs));
  return new Map(
    [...held].flatMap(([name, { private: half }]) => (typeof half === 'object' ? [[name, half.key] as const] : [])),
  );
}

async function lookedAt(context: CheckContext, missing: readonly Missing[]): Promise<Looked[]> {
  const { cluster, requests } = context;
  if (missing.length === 0) return [];
  const keys = await askedKeys(
    context,
    missing.map(({ certificate }) => certificate),
  );
  const { least } = lifetime(cluster);
  return Promise.all(
    missing.map(async ({ certificate, words }): Promise<Looked> => {
      const path = pathOf(context, certificate);
      const key = keys.get(certificate.name);
      const nothing = { certificate, signed: { flaws: [] } };
      if (key === undefined) return { ...nothing, words: `${words}; it will be asked for as ${path}.csr` };
      const wanted = { ...certificate, authority: certificate.signer, key, least };
      const signed = await requests.signed(path, wanted);
      if (signed.cert !== undefined) return { certificate, signed, words: `${words}; ${path}.crt is signed for it` };
      const why = signed.flaws.length > 0 ? `: ${signed.flaws.join('; ')}` : ' is waited for';
      return { certificate, signed, words: `${words}; ${path}.crt${why}` };
    }),
  );
}

/** Makes the requests that are not made yet, or that ask for something else, and lays all of them in the folder. */
async function ask(context: ApplyContext, missing: readonly AskedCertificate[]): Promise<void> {
  const { cluster, host, requests } = context;
  if (missing.length === 0) return;
  const before = await askedKeys(context, missing);
  for (const certificate of missing) {
    const files = requestFiles(certificate.name);
    const wanted = requestConfiguration(certificate);
    const made = before.has(certificate.name) ? await host.read(file(files.cnf)) : undefined;
    if (made?.content !== wanted) await host.run(makeRequest(cluster, certificate.name), { stdin: wanted });
  }
  const keys = await askedKeys(context, missing);
  for (const certificate of missing) {
    const path = pathOf(context, certificate);
    const made = await host.read(file(requestFiles(certificate.name).csr));
    const key = keys.get(certificate.name);
    if (!made || key === undefined) throw new Error(`${requestFiles(certificate.name).csr} was made and is gone`);
    if ((await requests.request(path)) !== made.content) await requests.ask(path, made.content, key);
  }
  for (const field of new Set(missing.map(({ signer }) => signer.field))) {
    const of = missing.filter(({ signer }) => signer.field === field);
    await requests.note(`${cluster.name}/${field}/${host.machine.name}/requests.txt`, describeRequests(cluster, of));
  }
}

/** The key is copied, and goes only when both lie there: a host that is cut off in between has still what it asked with. */
async function lay({ host, authority }: ApplyContext, certificate: AskedCertificate, cert: string): Promise<void> {
  const { name, pair, signer, isOfKubeconfig } = certificate;
  const { key } = requestFiles(name);
  if (isOfKubeconfig) {
    await host.run(sh`install -d -m 0700 ${signedFolder}`);
    await host.write(authorityFile, (await authority(signer)).cert);
  }
  await host.write(`${requestFolder}/${name}.crt`, cert);
  await copyPair(host, { key, crt: `${requestFolder}/${name}.crt` }, { key: pair.private, crt: pair.public });
}

async function copyPair(
  host: Host,
  from: Readonly<Record<'key' | 'crt', string>>,
  to: Readonly<Record<'key' | 'crt', string>>,
): Promise<void> {
  const [key, crt] = [`${to.key}.new`, `${to.crt}.new`];
  await host.run(
    [
      'set -eu; umask 077',
      sh`mkdir -p -m 0755 ${to.key.slice(0, to.key.lastIndexOf('/'))}`,
      sh`cp ${from.key} ${key}; chmod 0600 ${key}; cp ${from.crt} ${crt}; chmod 0644 ${crt}; sync ${[key, crt]}`,
      sh`mv -fT ${key} ${to.key}; mv -fT ${crt} ${to.crt}; sync ${[to.key, to.crt]}`,
    ].join('; '),
  );
}

function waitingWords(context: CheckContext, waiting: readonly Looked[]): string {
  const flawed = waiting.filter(({ signed }) => signed.flaws.length > 0);
  const absent = waiting.filter((one) => !flawed.includes(one)).map(({ certificate }) => pathOf(context, certificate));
  const place = `in ${context.requests.place}`;
  return [
    ...(absent.length > 0
      ? [
          `${absent.length === 1 ? 'a certificate is' : `${absent.length} certificates are`} waited for ${place}: ${absent.map((path) => `${path}.crt`).join(', ')}`,
        ]
      : []),
    ...flawed.map(
      ({ certificate, signed }) => `${pathOf(context, certificate)}.crt, ${place}: ${signed.flaws.join('; ')}`,
    ),
  ].join('; ');
}

const next = ({ cluster }: CheckContext): string =>
  `let each authority sign the requests (.csr) of its folder, lay every certificate as .crt beside its request, then: kha retry ${cluster.name}`;
