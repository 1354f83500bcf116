import type { Cluster } from './cluster.js';
import { error, type Rule, type RuleProblem } from './rule-problem.js';

/** Fields of `certificates`, and what kubeadm names each authority (kubernetes.io, PKI certificates). */
const fields = { ca: 'ca', etcdCA: 'etcd/ca', frontProxyCA: 'front-proxy-ca' } as const;

export type AuthorityField = keyof typeof fields;

/** An authority that the site made: where its certificate and its key lie, where the worker runs. */
export interface GivenAuthority {
  readonly field: AuthorityField;
  /** kubeadm's name of it: its file's below /etc/kubernetes/pki, without the ending. */
  readonly name: string;
  readonly cert: string;
  /** `env:NAME` or `file:PATH`; undefined where the key stays away. */
  readonly key?: string | undefined;
}

/** Those that the spec gives; the others are kubeadm's to make. */
export const givenAuthorities = ({ certificates }: Partial<Pick<Cluster, 'certificates'>>): GivenAuthority[] =>
  (Object.keys(fields) as AuthorityField[]).flatMap((field) => {
    // A run that an older kha began has no such field in its input.
    const given = certificates?.[field];
    return given === undefined ? [] : [{ field, name: fields[field], cert: given.cert, key: given.key }];
  });

/** Those whose keys never come near kha or the hosts: somebody else signs what the hosts ask for. */
export const keylessAuthorities = (cluster: Cluster): GivenAuthority[] =>
  givenAuthorities(cluster).filter(({ key }) => key === undefined);

export const isKeyless = (cluster: Cluster, name: string): boolean =>
  keylessAuthorities(cluster).some((one) => one.name === name);

/** The folder for requests. */
export const requestsOf = ({ certificates }: Partial<Pick<Cluster, 'certificates'>>): string | undefined =>
  certificates?.requests;

/** Of which authorities of a spec the keys stay away. */
export const keylessFields = (certificates: Partial<Cluster['certificates']> = {}): AuthorityField[] =>
  (Object.keys(fields) as AuthorityField[]).filter(
    (field) => certificates[field] !== undefined && certificates[field].key === undefined,
  );

export const authorityProblems: Rule = ({ certificates }) => {
  const places = new Map<string, string>();
  const { requests } = certificates;
  const [away] = keylessFields(certificates);
  const unused =
    requests === undefined || away !== undefined
      ? []
      : [
          error(
            ['certificates', 'requests'],
            'nothing is asked for there: no authority of the spec is without its key',
            requests,
            'no such folder, or an authority without key',
          ),
        ];
  const authorities = (Object.keys(fields) as AuthorityField[]).flatMap((field): RuleProblem[] => {
    const given = certificates[field];
    if (!given) return [];
    const same = places.get(given.cert);
    places.set(given.cert, field);
    return [
      ...(given.key === undefined && requests === undefined
        ? [
            error(
              ['certificates', field],
              'its key stays away, so somebody has to sign what the hosts ask for, and there is no folder for that',
              'no key',
              'certificates.requests: FOLDER; or key: file:PATH or env:NAME',
            ),
          ]
        : []),
      // A certificate of one would be good for the other: every kubelet would be a client of etcd, or a proxy in front of the API.
      ...(same === undefined
        ? []
        : [
            error(
              ['certificates', field, 'cert'],
              `the same file as certificates.${same}`,
              given.cert,
              'an authority of its own',
            ),
          ]),
    ];
  });
  return [...authorities, ...unused];
};
